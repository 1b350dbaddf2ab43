# Usage: ruby gem.rb < lines. Orders and requirements by RubyGems.
puts "RubyGems #{Gem::VERSION} on Ruby #{RUBY_VERSION}"
$stdin.each_line(chomp: true) do |line|
  kind, a, b = line.split("\t", -1)
  begin
    if kind == "C"
      puts(Gem::Version.new(a) <=> Gem::Version.new(b))
    else
      requirement = Gem::Requirement.new(*a.split(","))
      puts(requirement.satisfied_by?(Gem::Version.new(b)) ? 1 : 0)
    end
  rescue ArgumentError
    puts "x"
  end
end
