module example.test/service

go 1.22

toolchain go1.22.5

require example.test/direct v1.2.3 // a note

require (
	example.test/Upper/case v0.0.0-20240101000000-0123456789ab
	example.test/indirect/v2 v2.0.0+incompatible // indirect
	example.test/swapped v1.0.0
	example.test/inside v0.0.0
	example.test/outside v0.1.0
)

replace example.test/swapped v1.0.0 => example.test/fork v1.0.1

replace (
	example.test/inside => ./inside
	example.test/outside => ../elsewhere
)

exclude example.test/direct v1.2.2

retract v0.9.0
