/** Lua for the records of one partition. KEYS: 1 its fence (the highest epoch that wrote), 2 the records or the list. ARGV: 1 the epoch. */
const fence = `
local fence = tonumber(redis.call('GET', KEYS[1]) or '0')
local epoch = tonumber(ARGV[1])
if epoch < fence then return 0 end
if epoch > fence then redis.call('SET', KEYS[1], ARGV[1]) end
`

/** ARGV: 2 how many fields are set, then each field and its value, then the fields that go. */
export const writeScript = `${fence}
local sets = tonumber(ARGV[2])
for i = 3, 2 + 2 * sets, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
for i = 3 + 2 * sets, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
return 1
`

/** KEYS: 1 the records. */
export const readScript = `return redis.call('HGETALL', KEYS[1])`

/** ARGV: 2… the items. */
export const appendScript = `${fence}
for i = 2, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
return 1
`

export const dropScript = `${fence}
redis.call('DEL', KEYS[2])
return 1
`

/** KEYS: 1 the counter. ARGV: 1 its life in seconds. */
export const incrementScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
`
