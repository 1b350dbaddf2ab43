Gem::Specification.new do |spec|
  spec.name = "thing"
  spec.version = "0.1.0"
  spec.summary = "x"
  spec.authors = ["x"]
  spec.add_dependency "rack", ">= 2.2", "< 4"
  spec.add_development_dependency("yard", "0.9.36")
end
