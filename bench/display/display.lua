-- Each thread goes round the sessions given in a file, one "token device" a line.
local requests = {}
function init(args)
  for line in io.lines(args[1]) do
    local token, device = line:match("(%S+) (%S+)")
    requests[#requests + 1] = wrk.format("GET", "/v1/me/code?device=" .. device, {["Authorization"] = "Bearer " .. token, ["Host"] = "mingma"})
  end
end
local at = 0
function request()
  at = at % #requests + 1
  return requests[at]
end
