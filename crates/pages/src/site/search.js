// Search in the list of entries. The page is whole without it.
(function () {
  'use strict';
  var box = document.getElementById('search');
  var all = document.getElementById('all');
  var query = document.getElementById('query');
  var found = document.getElementById('found');
  var hits = document.getElementById('hits');
  if (!box || !all || !query || !found || !hits) { return; }
  var most = 50;

  function begin(items) {
    box.hidden = false;
    box.querySelector('form').addEventListener('submit', function (event) { event.preventDefault(); });
    query.addEventListener('input', function () {
      var words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
      hits.textContent = '';
      all.hidden = words.length > 0;
      if (words.length === 0) { found.textContent = ''; return; }
      var n = 0;
      items.forEach(function (item) {
        if (words.every(function (word) { return item.text.indexOf(word) >= 0; })) {
          n += 1;
          if (n <= most) { hits.appendChild(item.show()); }
        }
      });
      found.textContent = n === 0 ? 'Nothing found.' : n + ' found' + (n > most ? ', the first ' + most + ' shown.' : '.');
    });
  }

  var listed = all.querySelectorAll('ul.az > li');
  if (listed.length > 0) {
    begin(Array.prototype.map.call(listed, function (li) {
      return { text: li.textContent.toLowerCase(), show: function () { return li.cloneNode(true); } };
    }));
    return;
  }
  // Rows of what is shown, its states in words, its page: a register of many entries is a long list.
  fetch('search.json').then(function (answer) { return answer.json(); }).then(function (rows) {
    begin(rows.map(function (row) {
      return {
        text: (row[0] + ' ' + row[1]).toLowerCase(),
        show: function () {
          var li = document.createElement('li');
          var a = document.createElement('a');
          a.href = row[2];
          a.textContent = row[0];
          li.appendChild(a);
          li.appendChild(document.createTextNode(' ' + row[1]));
          return li;
        }
      };
    }));
  }).catch(function () { box.hidden = true; });
}());
