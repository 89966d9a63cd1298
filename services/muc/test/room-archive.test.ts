import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { archiveMigrations, extent } from '@heliograph/archive'
import { connectDatabase, type Database, migrate } from '@heliograph/database'
import { ensureBare, type Jid } from '@heliograph/jid'
import { readStanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { infrastructure } from '@heliograph/testkit'
import { PostgresRoomArchive, type RoomMessage } from '../src/archive/postgres-room-archive.ts'
import { DEFAULT_CONFIG } from '../src/forms/config-form.ts'
import { roomMigrations } from '../src/store/migrations.ts'
import { PostgresRoomStore } from '../src/store/postgres-room-store.ts'

const servers = await infrastructure()
const ROOM = ensureBare('balcony@conference.capulet.example')
const EVERYTHING = { maxStanzas: 100, maxCharacters: undefined, since: undefined, before: Number.MAX_SAFE_INTEGER }
let db: Database
const open = () =>
  new PostgresRoomArchive({
    db,
    log: silentTelemetry().log,
    degradeAfterMs: 2_000,
    maxBytes: 1 << 20,
    onFenced: () => {},
  })
before(async () => {
  db = await connectDatabase({ url: await servers.createDatabase(), instance: 'muc-1', poolSize: 2 })
  await migrate(db, [...archiveMigrations, ...roomMigrations])
})
after(async () => {
  await db.close()
  await servers.close()
})

const message = (id: number, changes: Partial<RoomMessage> = {}): RoomMessage => ({
  room: ROOM,
  id,
  nick: 'Juliet',
  author: 'juliet@capulet.example/balcony' as Jid,
  stanza: readStanza(Buffer.from(`<message from='${ROOM}/Juliet' type='groupchat'><body>${id}</body></message>`)),
  stream: 's',
  count: id,
  ...changes,
})

async function store(archive: PostgresRoomArchive, ...messages: readonly RoomMessage[]): Promise<void> {
  for (const one of messages)
    assert.ok(archive.add(one, { release: () => {}, stored: () => {}, failed: () => assert.fail() }))
  await archive.flushed()
}

const ids = (messages: readonly { readonly id: number }[]) => messages.map(({ id }) => id)

test('a new owner finds what was said and who had sent it; who enters is told the past', async () => {
  await using archive = open()
  assert.deepEqual(await archive.tail(ROOM), { lastId: 0, ingress: [] })
  assert.deepEqual(await archive.history(ROOM, EVERYTHING), [])
  await store(archive, message(1), message(2), message(3))
  assert.deepEqual(ids(await archive.history(ROOM, EVERYTHING)), [1, 2, 3])

  await using next = open()
  assert.deepEqual(await next.tail(ROOM), {
    lastId: 3,
    ingress: [
      { stream: 's', count: 3 },
      { stream: 's', count: 2 },
      { stream: 's', count: 1 },
    ],
  })
  const missed = await next.after(ROOM, 1, 10)
  assert.deepEqual(ids(missed), [2, 3])
  assert.deepEqual(ids(await next.after(ROOM, 0, 2)), [2, 3])
  assert.equal(
    missed[1]!.stanza.toString(),
    `<message from='${ROOM}/Juliet' type='groupchat'><body>3</body>` +
      `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='3'/></message>`,
  )
  assert.deepEqual(ids(await next.history(ROOM, EVERYTHING)), [1, 2, 3])
  await store(next, message(4))
  assert.deepEqual(ids(await next.history(ROOM, EVERYTHING)), [1, 2, 3, 4])
  assert.deepEqual(ids(await next.history(ROOM, { ...EVERYTHING, before: 4, maxStanzas: 1 })), [3])
})

test('a room that is destroyed leaves nothing', async () => {
  await using archive = open()
  await store(archive, message(10))
  assert.ok(await extent(db, ROOM))
  await archive.erase(ROOM)
  assert.equal(await extent(db, ROOM), undefined)
  assert.deepEqual(await archive.history(ROOM, EVERYTHING), [])
})

test('what is left of a room that isn’t there is erased before one is made; nothing of one that is there', async () => {
  await using archive = open()
  const rooms = new PostgresRoomStore(db)
  await store(archive, message(20), message(21))
  const creator = ensureBare('juliet@capulet.example')
  await rooms.create({ jid: ROOM, creator, config: DEFAULT_CONFIG, locked: false }, 10)
  await archive.eraseLeftovers(ROOM)
  assert.deepEqual(ids(await archive.history(ROOM, EVERYTHING)), [20, 21])
  await rooms.destroy(ROOM)
  await archive.eraseLeftovers(ROOM)
  assert.equal(await extent(db, ROOM), undefined)
  assert.deepEqual(await archive.history(ROOM, EVERYTHING), [])
})

test('what the version before left behind of messages that no archive was to have goes', async () => {
  const url = await servers.createDatabase()
  const older = await connectDatabase({ url, instance: 'muc-1', poolSize: 2 })
  const at = roomMigrations.findIndex(({ id }) => id === '0185_room_transient_rows')
  await migrate(older, [...archiveMigrations, ...roomMigrations.slice(0, at)])
  const creator = ensureBare('juliet@capulet.example')
  await new PostgresRoomStore(older).create({ jid: ROOM, creator, config: DEFAULT_CONFIG, locked: false }, 10)
  const now = Date.now() * 1000
  const rows = [
    [ROOM, 1, true],
    [ROOM, 2, false],
    [ROOM, now, true],
    [creator, 1, true],
  ]
  const insert = `INSERT INTO archive (owner, id, transient, peer, outgoing, offline, stream, ingress, stanza)
    VALUES ($1, $2, $3, '', false, false, '', 0, '')`
  for (const row of rows) await older.fencedQuery('insert', `${insert} RETURNING id`, row)
  await migrate(older, [...archiveMigrations, ...roomMigrations])
  const left = await older.query<{ owner: string; id: string }>(
    'left',
    'SELECT owner, id FROM archive ORDER BY 1, 2',
    [],
  )
  const expected = [
    [ROOM, 2],
    [ROOM, now],
    [creator, 1],
  ]
  assert.deepEqual(
    left.rows.map(({ owner, id }) => [owner, Number(id)]),
    expected,
  )
  await older.close()
})
