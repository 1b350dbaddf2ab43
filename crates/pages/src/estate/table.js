// Sorting and filtering of the table of repositories. The page is whole without it.
(function () {
  'use strict';
  var table = document.getElementById('estate');
  var box = document.getElementById('filter');
  if (!table || !box) { return; }
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);

  function make(name, text) {
    var element = document.createElement(name);
    if (text) { element.textContent = text; }
    return element;
  }
  function field(id, words, control) {
    var part = make('div');
    var label = make('label', words);
    label.htmlFor = id;
    control.id = id;
    part.appendChild(label);
    part.appendChild(control);
    box.appendChild(part);
    return control;
  }
  function choice(id, words, column) {
    var select = make('select');
    var seen = {};
    select.appendChild(make('option', 'any')).value = '';
    rows.forEach(function (row) {
      var tag = row.cells[column].querySelector('.tag');
      var word = (tag || row.cells[column]).textContent;
      if (!seen[word]) { seen[word] = true; }
    });
    Object.keys(seen).sort().forEach(function (word) { select.appendChild(make('option', word)).value = word; });
    return field(id, words, select);
  }

  var text = field('words', 'Filter by words', make('input'));
  text.type = 'search';
  var use = choice('by-use', 'May be used', 2);
  var publish = choice('by-publish', 'May be public', 3);
  var told = make('p');
  told.setAttribute('role', 'status');
  box.appendChild(told);

  function word(row, column) {
    var tag = row.cells[column].querySelector('.tag');
    return (tag || row.cells[column]).textContent;
  }
  function filter() {
    var words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row) {
      var all = row.textContent.toLowerCase();
      var fits = words.every(function (one) { return all.indexOf(one) >= 0; }) &&
        (!use.value || word(row, 2) === use.value) && (!publish.value || word(row, 3) === publish.value);
      row.hidden = !fits;
      if (fits) { shown += 1; }
    });
    told.textContent = shown + ' of ' + rows.length + ' shown.';
  }
  [text, use, publish].forEach(function (control) { control.addEventListener('input', filter); });

  function key(row, column) {
    var cell = row.cells[column];
    var number = cell.getAttribute('data-sort');
    return number === null ? cell.textContent.toLowerCase() : Number(number);
  }
  heads.forEach(function (head, column) {
    var button = make('button', head.textContent);
    button.type = 'button';
    button.className = 'sort';
    head.textContent = '';
    head.appendChild(button);
    button.addEventListener('click', function () {
      var down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      rows.map(function (row, at) { return { row: row, at: at, key: key(row, column) }; })
        .sort(function (a, b) {
          var order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
          return (down ? -order : order) || a.at - b.at;
        })
        .forEach(function (one) { body.appendChild(one.row); });
    });
  });
  box.hidden = false;
  filter();
}());
