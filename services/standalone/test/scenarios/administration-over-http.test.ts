/** ADM-03: curl administers, and guesses. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { promisify } from 'node:util'
import { ADMIN_TOKENS, bothModes, type Site } from '@heliograph/testkit'
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

/** gRPC's status of a call with an empty request, from one of the addresses of this machine. */
async function grpcStatus(site: Site, from: string, token: string): Promise<number> {
  const [host = '', port = ''] = site.description.rpc.split(':')
  const socket = connectSocket({ host, port: Number(port), localAddress: from })
  const connection = connect(`http://${site.description.rpc}`, { createConnection: () => socket })
  const headers = { 'content-type': 'application/grpc', te: 'trailers', authorization: `Bearer ${token}` }
  const call = connection.request({ ':method': 'POST', ':path': '/heliograph.v1.Instance/Info', ...headers })
  let status = Number.NaN
  const note = (told: IncomingHttpHeaders): void => {
    if (told['grpc-status'] !== undefined) status = Number(told['grpc-status'])
  }
  call.on('response', note)
  call.on('trailers', note)
  call.resume()
  call.end(Buffer.alloc(5))
  await once(call, 'close', { signal: AbortSignal.timeout(20_000) })
  connection.close()
  return status
}

scenario('whoever guesses at tokens is not heard for a while, over HTTP and gRPC; others are', async (site) => {
  const { adminApi } = site.description
  const right = ADMIN_TOKENS.reader
  const wrong = (n: number) => `${n}-is-a-token-that-nobody-knows-here`
  const http = async (from: string, token: string) =>
    (await curl(adminApi, token, ['--interface', from, '/v1/instances'])).status
  const [overHttp, overGrpc, bystander] = ['127.0.0.77', '127.0.0.78', '127.0.0.79']
  for (let n = 0; n < 10; n++) {
    assert.equal(await http(overHttp, wrong(n)), 401)
    assert.equal(await grpcStatus(site, overGrpc, wrong(n)), 16) // UNAUTHENTICATED
  }
  for (const token of [wrong(10), right]) {
    for (const from of [overHttp, overGrpc]) {
      assert.equal(await http(from, token), 429, from)
      assert.equal(await grpcStatus(site, from, token), 8, from) // RESOURCE_EXHAUSTED
    }
  }
  assert.equal(await http(bystander, right), 200)
  assert.equal(await grpcStatus(site, bystander, right), 0)
})
