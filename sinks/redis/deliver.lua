-- Writes a batch of alert revisions and of actions, each at most once. Runs as one unit: all of it
-- or nothing.
--
-- KEYS  every key it touches, for a cluster; it goes by the names in the batch
-- ARGV  the batch, as JSON, then the document of each of its alerts, then of each of its handlings
--
--   lowest     the oldest mark this writer may have left; if it finds an older one, it writes nothing
--   mark       {key, value}: what it leaves
--   stream     {key, maxlen, at}: at, in milliseconds, is for the entries' ids
--   actions    the key of the stream of actions
--   closed     {key, kept}: what is closed, for how long (s)
--   sets       the keys of all open sets
--   alerts     [{alert_id, key, handling, knows, detector, severity, state, revision, audience, score,
--              sets, stays, closed, employees, last, is_there}]
--   handlings  [{alert_id, key, handling, knows, revision, actions, score, sets, stays, closed, employees,
--              last, is_there}]
--
-- `sets` are those in which it belongs, and it is taken out of the others; they were worked out with
-- the handling whose digest is `knows`, and for a handling with that `revision`. Where Redis has another
-- by now, nothing is written of that one, and the answer is `changed`: work them out again. `stays` is
-- how long it is kept (s), 0 for as long as it is open; `closed` since when it is closed (ms), if known.
--
-- Returns {"lost": mark}, or {"sizes": {set: alerts in it}} and then of each alert: written, moved
-- (written, and the revision before went to another audience), repeat (this revision is the newest
-- there is), stale (a newer one is) or changed; and of each handling: written or changed.
local batch = cjson.decode(ARGV[1])

local mark = tonumber(redis.call('GET', batch.mark.key) or '0')
if mark < batch.lowest then return { cjson.encode({ lost = mark }) } end

-- Redis does not undo what a script has written before it fails, so whatever can fail on a key
-- of a foreign type fails here.
redis.call('XLEN', batch.stream.key)
redis.call('XLEN', batch.actions)
redis.call('ZCARD', batch.closed.key)
for _, set in ipairs(batch.sets) do redis.call('ZCARD', set) end

-- A writer that is gone for a day does not come back under the same name.
redis.call('SET', batch.mark.key, batch.mark.value, 'EX', 86400)

local function stored(key)
  local found = redis.pcall('GET', key)
  return type(found) == 'string' and found or nil
end

-- The revision that is there (0 for none) and its audience.
local function newest(key)
  local readable, alert = pcall(cjson.decode, stored(key) or '')
  if not readable or type(alert) ~= 'table' then return 0 end
  local audience = alert.mode == 'shadow' and 'shadow' or 'live'
  if type(alert.suppressed) == 'table' then audience = 'suppressed' end
  -- A double, exact up to 2^53; larger revisions never come here.
  return tonumber(alert.revision) or 0, audience
end

local function knows(it)
  local handling = stored(it.handling)
  return it.knows == (handling and redis.sha1hex(handling) or '')
end

-- Servers up to Redis 8 and Valkey 8 mend a log that was cut within a transaction by leaving the
-- transaction open, and the start after the next runs what is in it. A writer that tries a batch
-- again asks for the ids it asked for first; then those old entries and the new ones are the same,
-- and the second is refused. Where a later id is taken, the server's choice must do.
local ids = {}
local function add(stream, ...)
  local id = ids[stream] or (batch.stream.at .. '-*')
  if id ~= '*' then
    local added = redis.pcall('XADD', stream, 'MAXLEN', '~', batch.stream.maxlen, id, ...)
    if type(added) == 'string' then return end
    ids[stream] = '*'
  end
  redis.call('XADD', stream, 'MAXLEN', '~', batch.stream.maxlen, '*', ...)
end

-- Puts it into the sets in which it belongs, and keeps it as long as it stays.
local function place(it)
  local belongs = {}
  for _, set in ipairs(it.sets) do belongs[set] = true end
  for _, set in ipairs(batch.sets) do
    if belongs[set] then
      redis.call('ZADD', set, it.score, it.alert_id)
    else
      redis.call('ZREM', set, it.alert_id)
    end
  end
  if it.stays == '0' then
    redis.call('PERSIST', it.key)
    redis.call('PERSIST', it.handling)
    redis.call('ZREM', batch.closed.key, it.alert_id)
  else
    redis.call('EXPIRE', it.key, it.stays)
    redis.call('EXPIRE', it.handling, it.stays)
    -- Not of an alert that is still to come.
    if it.is_there then redis.call('ZADD', batch.closed.key, 'NX', it.closed ~= '' and it.closed or batch.stream.at, it.alert_id) end
  end
  for _, key in ipairs(it.employees) do
    redis.call('ZADD', key, it.last, it.alert_id)
    redis.call('EXPIRE', key, batch.closed.kept)
  end
end

local answer = { '' }
for n, alert in ipairs(batch.alerts) do
  local data = ARGV[n + 1]
  local known, before = newest(alert.key)
  local ahead = tonumber(alert.revision) - known
  if ahead <= 0 then
    answer[n + 1] = ahead == 0 and 'repeat' or 'stale'
  elseif not knows(alert) then
    answer[n + 1] = 'changed'
  else
    add(batch.stream.key, 'alert_id', alert.alert_id, 'detector', alert.detector, 'severity', alert.severity,
      'state', alert.state, 'revision', alert.revision, 'data', data)
    redis.call('SET', alert.key, data)
    place(alert)
    answer[n + 1] = known > 0 and before ~= alert.audience and 'moved' or 'written'
  end
end

for n, it in ipairs(batch.handlings) do
  local place_of = #batch.alerts + n + 1
  if (newest(it.key)) == tonumber(it.revision) and knows(it) then
    for _, action in ipairs(it.actions) do add(batch.actions, 'alert_id', it.alert_id, 'data', action) end
    redis.call('SET', it.handling, ARGV[place_of])
    place(it)
    answer[place_of] = 'written'
  else
    answer[place_of] = 'changed'
  end
end

redis.call('ZREMRANGEBYSCORE', batch.closed.key, '-inf', tonumber(batch.stream.at) - 1000 * tonumber(batch.closed.kept))
local sizes = {}
for _, set in ipairs(batch.sets) do sizes[set] = redis.call('ZCARD', set) end
answer[1] = cjson.encode({ sizes = sizes })
return answer
