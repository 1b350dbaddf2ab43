require example.test/a
