/** ADM-03: curl administers. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ADMIN_TOKENS, bothModes } from '@heliograph/testkit'
import { enter } from '../support/actor.ts'

const scenario = await bothModes()
const run = promisify(execFile)

interface Told {
  readonly status: number
  readonly json: Record<string, unknown>
}

async function curl(address: string, token: string, args: readonly string[]): Promise<Told> {
  const given = ['-sS', '--max-time', '20', '-H', `authorization: Bearer ${token}`, '-w', '\n%{http_code}']
  const { stdout } = await run('curl', [...given, ...args.slice(0, -1), `${address}${args.at(-1)}`])
  const at = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(at + 1)), json: JSON.parse(stdout.slice(0, at)) as Record<string, unknown> }
}

scenario('curl makes a user, who logs in, a room, and ends both', async (site) => {
  const { adminApi } = site.description
  const ask = (...args: string[]) => curl(adminApi, ADMIN_TOKENS.all, args)
  const send = (verb: string, body: object, path: string) => ask('-X', verb, '--json', JSON.stringify(body), path)
  const name = `heidi-${Date.now().toString(36)}`
  const jid = `${name}@${site.domain}`
  const password = 'first of many'
  assert.deepEqual(await send('POST', { jid, password }, '/v1/users'), { status: 200, json: {} })
  assert.equal((await send('POST', { jid, password }, '/v1/users')).status, 409)

  await using heidi = await enter(site, { user: name, password, jid }, { edge: 1 })
  const sessions = await ask(`/v1/sessions?jid=${encodeURIComponent(jid)}`)
  assert.deepEqual(
    (sessions.json.sessions as { jid: string }[]).map((each) => each.jid),
    [heidi.jid],
  )
  const room = `room-${name}@conference.${site.domain}`
  assert.deepEqual(await send('POST', { jid: room, owner: jid }, '/v1/rooms'), { status: 200, json: {} })
  const shown = await ask(`/v1/rooms/${encodeURIComponent(room)}`)
  assert.deepEqual(
    (shown.json.affiliates as { jid: string }[]).map((each) => each.jid),
    [jid],
  )
  assert.equal((await ask('-X', 'DELETE', `/v1/rooms/${encodeURIComponent(room)}`)).status, 200)
  assert.equal((await ask(`/v1/rooms/${encodeURIComponent(room)}`)).status, 404)

  const { json } = await ask('/v1/instances')
  const muc = (json.instances as { instance: string; service: string }[]).find(({ service }) => service === 'muc')!
  assert.equal((await ask(`/v1/instances/${muc.instance}`)).json.state, 'running')

  assert.equal((await curl(adminApi, ADMIN_TOKENS.reader, ['-X', 'DELETE', `/v1/users/${jid}`])).status, 403)
  assert.deepEqual((await ask('-X', 'DELETE', `/v1/sessions/${encodeURIComponent(heidi.jid)}?reason=bye`)).json, {
    kicked: 1,
  })
  await heidi.ended
  assert.deepEqual(await ask('-X', 'DELETE', `/v1/users/${jid}`), { status: 200, json: {} })
})
