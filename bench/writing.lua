-- What wrk sends when readers write: one request after the other, each from an address of its own, no text twice.
-- wrk -s writing.lua URL -- KIND ORIGIN TAG NUMBER…   (KIND as below; the numbers of the comments that are voted for)
local kind, origin, tag
local numbers = {}
local sent = 0

local function address()
  return string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(1, 254))
end

local function form(path, body)
  return wrk.format("POST", path, {
    ["Content-Type"] = "application/x-www-form-urlencoded", ["Origin"] = origin, ["Accept"] = "application/json",
    ["X-Forwarded-For"] = address(),
  }, body)
end

local function json(path, body)
  return wrk.format("POST", path, { ["Content-Type"] = "application/json", ["X-Forwarded-For"] = address() }, body)
end

local function words()
  return string.format("Remark %s-%d: *nobody* asked us, and the minutes of the meeting say so.", tag, sent)
end

local function escaped(text)
  return (text:gsub("[^%w]", function(char) return string.format("%%%02X", char:byte()) end))
end

local function number()
  return numbers[(sent - 1) % #numbers + 1]
end

local kinds = {
  standfirst = function()
    return form(wrk.path, "name=Reader+" .. sent .. "&text=" .. escaped(words()))
  end,
  isso = function()
    return json(wrk.path, string.format('{"author": "Reader %d", "text": "%s"}', sent, words()))
  end,
  wordpress = function()
    local who = string.format("author=Reader+%d&email=reader%s-%d%%40example.org", sent, tag, sent)
    return form("/wp-comments-post.php", who .. "&comment_post_ID=" .. numbers[1] .. "&comment=" .. escaped(words()))
  end,
  ["standfirst votes"] = function()
    return form("/discussion/comments/" .. number() .. "/votes/", "vote=up")
  end,
  ["isso votes"] = function()
    return json("/id/" .. number() .. "/like", "{}")
  end,
}

function init(given)
  kind, origin, tag = given[1], given[2], given[3]
  for place = 4, #given do numbers[#numbers + 1] = given[place] end
  math.randomseed(tonumber(tag))
end

function request()
  sent = sent + 1
  return kinds[kind]()
end
