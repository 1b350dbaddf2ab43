-- Usage: rpm --define "lines FILE" --eval "%{lua: dofile('rpm.lua')}". Orders by rpm.vercmp.
for line in io.lines(rpm.expand("%{lines}")) do
  local left, right = line:match("^C\t([^\t]*)\t([^\t]*)$")
  print(math.floor(rpm.vercmp(left, right)) .. "\n")
end
