-- Writes a batch of alert revisions, each at most once. Runs as one unit: all of it or nothing.
--
-- KEYS  mark, stream, open, open:critical, open:warning, open:info, open:shadow and its three
--       severities, open:suppressed, then one string for each alert
-- ARGV  lowest mark, new mark, maxlen, milliseconds for the entries' ids, then for each alert:
--       alert_id, revision, detector, severity, state, score, audience, data
--
-- Returns {"lost", mark} and writes nothing if the mark this writer left is older than the lowest it
-- knows to be there; else {"done", open critical, warning, info, shadow critical, warning, info,
-- outcome...} with 2 written where the revision before went to another audience, 1 written,
-- 0 repeat (this revision is the newest there is), -1 stale (a newer one is).
local FIRST, LAST = 3, 11
-- Which keys hold a firing alert of an audience: one for all of it, one for its severity.
local ALL = { live = 3, shadow = 7, suppressed = 11 }
local NTH = { critical = 1, warning = 2, info = 3 }

local mark = tonumber(redis.call('GET', KEYS[1]) or '0')
if mark < tonumber(ARGV[1]) then return { 'lost', mark } end

-- Redis does not undo what a script has written before it fails, so whatever can fail on a key
-- of a foreign type fails here.
redis.call('XLEN', KEYS[2])
for i = FIRST, LAST do redis.call('ZCARD', KEYS[i]) end

-- A writer that is gone for a day does not come back under the same name.
redis.call('SET', KEYS[1], ARGV[2], 'EX', 86400)

-- The revision that is there (0 for none) and its audience.
local function newest(key)
  local stored = redis.pcall('GET', key)
  if type(stored) ~= 'string' then return 0 end
  local readable, alert = pcall(cjson.decode, stored)
  if not readable or type(alert) ~= 'table' then return 0 end
  local audience = alert.mode == 'shadow' and 'shadow' or 'live'
  if type(alert.suppressed) == 'table' then audience = 'suppressed' end
  -- A double, exact up to 2^53; larger revisions never come here.
  return tonumber(alert.revision) or 0, audience
end

-- Servers up to Redis 8 and Valkey 8 mend a log that was cut within a transaction by leaving the
-- transaction open, and the start after the next runs what is in it. A writer that tries a batch
-- again asks for the ids it asked for first; then those old entries and the new ones are the same,
-- and the second is refused. Where a later id is taken, the server's choice must do.
local id_of = ARGV[4] .. '-*'
local function add(...)
  if id_of ~= '*' then
    local added = redis.pcall('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], id_of, ...)
    if type(added) == 'string' then return end
    id_of = '*'
  end
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], id_of, ...)
end

local outcomes = {}
for n = 1, #KEYS - LAST do
  local key, at = KEYS[n + LAST], 8 * n - 3
  local id, revision, detector, severity = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local state, score, audience, data = ARGV[at + 4], ARGV[at + 5], ARGV[at + 6], ARGV[at + 7]
  local known, before = newest(key)
  local ahead = tonumber(revision) - known
  if ahead > 0 then
    add('alert_id', id, 'detector', detector, 'severity', severity, 'state', state,
      'revision', revision, 'data', data)
    redis.call('SET', key, data)
    local all = ALL[audience]
    for i = FIRST, LAST do
      if state == 'firing' and (i == all or (all < LAST and i == all + NTH[severity])) then
        redis.call('ZADD', KEYS[i], score, id)
      else
        redis.call('ZREM', KEYS[i], id)
      end
    end
    outcomes[n] = known > 0 and before ~= audience and 2 or 1
  else
    outcomes[n] = ahead == 0 and 0 or -1
  end
end

local open = {}
for _, all in ipairs({ ALL.live, ALL.shadow }) do
  for nth = 1, 3 do open[#open + 1] = redis.call('ZCARD', KEYS[all + nth]) end
end
return { 'done', open[1], open[2], open[3], open[4], open[5], open[6], unpack(outcomes) }
