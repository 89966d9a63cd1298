/**
 * Lua for the leases of one service. The same rules as `MemoryLeases`; the contract suite holds both to them.
 *
 * KEYS: 1 hash `leases`: `id` store id, `v` version of all below, `touched`, `settled`, `ttl` in ms; `m:<instance>` its flags and
 * rpc; `p:<partition>` epoch, holder ('' free), usurped holders, one a line. 2 zset of members by expiry. 3 zset of those who may not return
 * by the time they went. All of one hash tag, so a service's leases are one script call on Redis Cluster too.
 */
const prelude = `
local leases, members, gone = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function text(number) return string.format('%.0f', number) end

local function changed() redis.call('HINCRBY', leases, 'v', 1) end

local function expel(instance)
  redis.call('ZREM', members, instance)
  redis.call('HDEL', leases, 'm:' .. instance)
  redis.call('ZADD', gone, text(now), instance)
  changed()
end

local function holding(partition)
  local record = redis.call('HGET', leases, 'p:' .. partition)
  if not record then return nil end
  local epoch, instance, usurped = string.match(record, '^(%d+)\\n([^\\n]*)\\n?(.*)$')
  return { epoch = tonumber(epoch), instance = instance, usurped = usurped }
end

local function hold(partition, epoch, instance, usurped)
  local record = text(epoch) .. '\\n' .. instance
  if usurped ~= '' then record = record .. '\\n' .. usurped end
  redis.call('HSET', leases, 'p:' .. partition, record)
  changed()
end

local function touch()
  local touched, ttl = unpack(redis.call('HMGET', leases, 'touched', 'ttl'))
  redis.call('HSET', leases, 'touched', text(now))
  local gap = now - (tonumber(touched) or now)
  if ttl and (gap < 0 or gap > ttl / 2) then
    -- Nobody was seen for a while: the store was out of reach, or its clock jumped. Nobody is to lose a lease by that.
    local seated = redis.call('ZRANGE', members, 0, -1)
    for _, instance in ipairs(seated) do redis.call('ZADD', members, text(now + ttl), instance) end
    if #seated > 0 then redis.call('HSET', leases, 'settled', text(now + ttl)) end
  end
  for _, instance in ipairs(redis.call('ZRANGEBYSCORE', members, '-inf', text(now))) do expel(instance) end
  redis.call('ZREMRANGEBYSCORE', gone, '-inf', '(' .. text(now - 3600000))
end

local function settled() return now >= tonumber(redis.call('HGET', leases, 'settled')) end

local function stamp()
  local id, version = unpack(redis.call('HMGET', leases, 'id', 'v'))
  return (id or '') .. ':' .. (version or '')
end

local function standing(alive, known)
  local id = redis.call('HGET', leases, 'id')
  local fresh = settled() and 1 or 0
  if stamp() == known then return { alive, id, fresh, known } end
  return { alive, id, fresh, stamp(), redis.call('HGETALL', leases) }
end
`

/**
 * ARGV: 1 the heartbeat as JSON, 2 an id for the store if it has none, 3 the stamp of the standing the caller has. `held` may be left out if
 * that standing has taken it in; when that isn't the store's any more nothing is done and 2 is returned (`TELL_ALL`).
 */
export const heartbeatScript = `${prelude}
local beat = cjson.decode(ARGV[1])
local me, ttl = beat.member.instance, beat.ttlMs
if not beat.held and stamp() ~= ARGV[3] then return { 2 } end
if redis.call('HEXISTS', leases, 'id') == 0 then
  redis.call('DEL', leases, members, gone)
  redis.call('HSET', leases, 'id', ARGV[2], 'v', 1, 'touched', text(now), 'settled', text(now + ttl))
end
local id = redis.call('HGET', leases, 'id')
touch()
redis.call('HSET', leases, 'ttl', text(ttl))

-- Of an earlier store, and too late to be told from the dead.
local late = beat.storeId ~= id and settled()
local missing = beat.storeId ~= '' and (late or beat.storeId == id) and not redis.call('ZSCORE', members, me)
if missing or redis.call('ZSCORE', gone, me) then return standing(0, ARGV[3]) end

local function draining(instance)
  local card = redis.call('HGET', leases, 'm:' .. instance)
  return not card or string.sub(card, 1, 1) == 'd'
end
local function after(epoch) return math.max(epoch + 1, beat.above + 1, now) end

redis.call('ZADD', members, text(now + ttl), me)
local card = (beat.member.draining and 'd' or 'o') .. beat.member.rpc
if redis.call('HGET', leases, 'm:' .. me) ~= card then
  redis.call('HSET', leases, 'm:' .. me, card)
  changed()
end

for _, lease in ipairs(beat.held or {}) do
  local stored = holding(lease.partition)
  -- A higher epoch than the store's can only be one that the store has lost.
  if not stored or stored.epoch < lease.epoch then hold(lease.partition, lease.epoch, me, '') end
end

-- Who doesn't know yet that the store came back empty may have been replaced before: it gives nothing away until it has been told.
for _, release in ipairs(beat.storeId == id and beat.release or {}) do
  local stored = holding(release.partition)
  if stored and stored.instance == me and stored.epoch == release.epoch then
    local usurped = release.served and '' or stored.usurped
    if release.to ~= '' and redis.call('ZSCORE', members, release.to) and not draining(release.to) then
      hold(release.partition, after(stored.epoch), release.to, usurped)
    else
      hold(release.partition, stored.epoch, '', usurped)
    end
  end
end

local function usurpedBy(stored)
  local list = {}
  for instance in string.gmatch(stored.usurped, '[^\\n]+') do
    if instance ~= stored.instance then list[#list + 1] = instance end
  end
  list[#list + 1] = stored.instance
  while #list > 8 do table.remove(list, 1) end
  return table.concat(list, '\\n')
end

for _, partition in ipairs(beat.member.draining and {} or beat.claim) do
  local stored = holding(partition)
  if not stored then
    if settled() then hold(partition, after(0), me, '') end
  elseif stored.instance == '' then
    hold(partition, after(stored.epoch), me, stored.usurped)
  elseif settled() and not redis.call('ZSCORE', members, stored.instance) then
    hold(partition, after(stored.epoch), me, usurpedBy(stored))
  end
end
return standing(1, ARGV[3])
`

/** ARGV: 1 the stamp of the standing the caller has. Says who is there without creating a store. */
export const standingScript = `${prelude}
if redis.call('HEXISTS', leases, 'id') == 0 then return { 0, '', 0, '', {} } end
touch()
return standing(0, ARGV[1])
`

/** ARGV: the instances. */
export const expelScript = `${prelude}
for _, instance in ipairs(ARGV) do
  if not redis.call('ZSCORE', gone, instance) then expel(instance) end
end
return 1
`

/** ARGV: 1 the instance. */
export const leaveScript = `${prelude}
expel(ARGV[1])
-- A store that came back empty may have been told by one that didn't know better what it held.
if not (redis.call('HEXISTS', leases, 'settled') == 1 and settled()) then return 0 end
for _, field in ipairs(redis.call('HKEYS', leases)) do
  local partition = string.match(field, '^p:(%d+)$')
  local stored = partition and holding(partition)
  if stored and stored.instance == ARGV[1] then hold(partition, stored.epoch, '', stored.usurped) end
end
return 1
`
