import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectDatabase, startEmbeddedPostgres } from '../src/index.ts'
import { TestServer } from './server.ts'

const own = await TestServer.start()

test('what was committed is there after the server was killed', async () => {
  const db = await own.connect('a')
  await db.query('create', 'CREATE TABLE kept (a int)')
  await db.query('insert', 'INSERT INTO kept VALUES (1)')
  own.server.kill('SIGKILL')
  await own.server.ended
  await own.restart()
  assert.deepEqual((await db.query('kept', 'SELECT a FROM kept')).rows, [{ a: 1 }])
})

test('a second server on the directory is refused while the first lives', async () => {
  await assert.rejects(startEmbeddedPostgres({ dataDir: own.dataDir }), /another server uses .*its Postgres runs/)
})

test('over TCP it asks for the password', async () => {
  await own.server.stop()
  const tcp = await startEmbeddedPostgres({ dataDir: own.dataDir, port: 0, password: 'secret' })
  assert.match(tcp.url, /heliograph:secret@127\.0\.0\.1/)
  await (await connectDatabase({ url: tcp.url, instance: 'a' })).close()
  const url = tcp.url.replace('secret', 'guess')
  await assert.rejects(connectDatabase({ url, instance: 'a' }), /password/)
  await (await connectDatabase({ url, instance: 'a', password: 'secret' })).close()
  await tcp.stop()
  await own.restart()
})
