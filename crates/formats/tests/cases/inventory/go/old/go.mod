module example.test/old

go 1.15

require example.test/a v1.0.0
