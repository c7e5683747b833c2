-- Writes a batch of alert revisions, each at most once. Runs as one unit: all of it or nothing.
--
-- KEYS  every key it touches, for a cluster; it goes by the names in the batch
-- ARGV  the batch, as JSON, then the document of each of its alerts
--
--   lowest   the oldest mark this writer may have left; if it finds an older one, it writes nothing
--   mark     {key, value}: what it leaves
--   stream   {key, maxlen, at}: at, in milliseconds, is for the entries' ids
--   sets     the keys of all open sets
--   alerts   [{key, alert_id, detector, severity, state, revision, score, audience, sets}]: sets are
--            those in which it belongs, and it is taken out of the others
--
-- Returns {"lost": mark}, or {"sizes": {set: alerts in it}} and then of each alert: written, moved
-- (written, and the revision before went to another audience), repeat (this revision is the newest
-- there is) or stale (a newer one is).
local batch = cjson.decode(ARGV[1])

local mark = tonumber(redis.call('GET', batch.mark.key) or '0')
if mark < batch.lowest then return { cjson.encode({ lost = mark }) } end

-- Redis does not undo what a script has written before it fails, so whatever can fail on a key
-- of a foreign type fails here.
redis.call('XLEN', batch.stream.key)
for _, set in ipairs(batch.sets) do redis.call('ZCARD', set) end

-- A writer that is gone for a day does not come back under the same name.
redis.call('SET', batch.mark.key, batch.mark.value, 'EX', 86400)

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
local id_of = batch.stream.at .. '-*'
local function add(...)
  if id_of ~= '*' then
    local added = redis.pcall('XADD', batch.stream.key, 'MAXLEN', '~', batch.stream.maxlen, id_of, ...)
    if type(added) == 'string' then return end
    id_of = '*'
  end
  redis.call('XADD', batch.stream.key, 'MAXLEN', '~', batch.stream.maxlen, id_of, ...)
end

local answer = { '' }
for n, alert in ipairs(batch.alerts) do
  local data = ARGV[n + 1]
  local known, before = newest(alert.key)
  local ahead = tonumber(alert.revision) - known
  if ahead > 0 then
    add('alert_id', alert.alert_id, 'detector', alert.detector, 'severity', alert.severity,
      'state', alert.state, 'revision', alert.revision, 'data', data)
    redis.call('SET', alert.key, data)
    local belongs = {}
    for _, set in ipairs(alert.sets) do belongs[set] = true end
    for _, set in ipairs(batch.sets) do
      if belongs[set] then
        redis.call('ZADD', set, alert.score, alert.alert_id)
      else
        redis.call('ZREM', set, alert.alert_id)
      end
    end
    answer[n + 1] = known > 0 and before ~= alert.audience and 'moved' or 'written'
  else
    answer[n + 1] = ahead == 0 and 'repeat' or 'stale'
  end
end

local sizes = {}
for _, set in ipairs(batch.sets) do sizes[set] = redis.call('ZCARD', set) end
answer[1] = cjson.encode({ sizes = sizes })
return answer
