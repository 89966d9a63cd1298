/** AV-01: files are uploaded to a directory and read by whoever has the link; who may, how much, and what everybody else gets. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { bothModes, type Site } from '@heliograph/testkit'
import { bareOf, errorOf, newcomer } from '../support/actor.ts'
import { control } from '../support/control.ts'
import { askForSlot, NS_UPLOAD, type SlotWish, slotOf, transfer } from '../support/files.ts'

const dir = await mkdtemp(join(tmpdir(), 'hg-uploads-'))
after(() => rm(dir, { recursive: true, force: true }))

const MOST = 3_000_000
const QUOTA = 5_000_000

const scenario = await bothModes({
  counts: { fanout: 1, muc: 1, pubsub: 1, gateway: 1 },
  config: {
    uploads: {
      store: 'directory',
      directory: join(dir, 'files'),
      directoryShared: true,
      publicUrl: 'https://upload.localhost',
      secret: 'the same at all instances',
      maxFileBytes: MOST,
      contentTypes: ['image/*', 'text/html', 'application/octet-stream'],
      quotaBytes: QUOTA,
      dayBytes: 7_000_000,
      dayFiles: 8,
    },
  },
})

const INFO = 'http://jabber.org/protocol/disco#info'
const purpose = (name: string, attributes = '') => `<${name} xmlns='urn:xmpp:http:upload:purpose:0'${attributes}/>`
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()

scenario('clients find the service, what it can and what it takes', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const items = await romeo.request(
    `<iq type='get' id='i1' to='${site.domain}'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
  )
  const jids = items
    .getChild('query')
    ?.getChildren('item')
    .map(({ attrs }) => attrs.jid)
  assert.ok(jids?.includes(`upload.${site.domain}`))
  const to = `upload.${site.domain}`
  const info = await romeo.request(`<iq type='get' id='i2' to='${to}'><query xmlns='${INFO}'/></iq>`)
  const query = info.getChild('query', INFO)
  assert.deepEqual(query?.getChild('identity')?.attrs, { category: 'store', type: 'file', name: 'HTTP File Upload' })
  const features = query?.getChildren('feature').map(({ attrs }) => attrs.var)
  for (const name of ['', ':purpose:0#message', ':purpose:0#profile', ':purpose:0#ephemeral'])
    assert.ok(features?.includes(name === '' ? NS_UPLOAD : `urn:xmpp:http:upload${name}`), name)
  assert.match(query?.getChild('x', 'jabber:x:data')?.toString() ?? '', new RegExp(`max-file-size.*${MOST}`))
  const strange = await romeo.request(`<iq type='get' id='i3' to='${to}'><query xmlns='urn:example:unheard-of'/></iq>`)
  assert.equal(errorOf(strange), 'cancel/service-unavailable')
  romeo.send(`<message to='${to}' id='m1'><body>hello?</body></message>`)
  const bounced = await romeo.expect(({ name, attrs }) => name === 'message' && attrs.id === 'm1')
  assert.equal(errorOf(bounced), 'cancel/service-unavailable')
})

scenario('what is uploaded at one edge is read at another, whole or in part', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const body = randomBytes(2_500_000)
  const { put, get } = await slotOf(romeo, { name: 'très “cool”.jpg', size: body.length, type: 'image/jpeg' })
  for (const url of [put, get])
    assert.match(url, /^https:\/\/upload\.localhost\/upload\/[\w-]{22}\/tr%C3%A8s%20[!-~]*\.jpg\?/)
  assert.equal((await transfer(site, 1, get)).status, 404)
  const sent = await transfer(site, 0, put, { method: 'PUT', body, headers: { 'content-type': 'image/jpeg' } })
  assert.equal(sent.status, 201)
  const whole = await transfer(site, 1, get)
  assert.equal(whole.status, 200)
  assert.ok(whole.body.equals(body))
  assert.deepEqual(
    [
      'content-type',
      'content-disposition',
      'x-content-type-options',
      'access-control-allow-origin',
      'accept-ranges',
    ].map((name) => whole.headers[name]),
    ['image/jpeg', `inline; filename*=UTF-8''tr%C3%A8s%20%E2%80%9Ccool%E2%80%9D.jpg`, 'nosniff', '*', 'bytes'],
  )
  assert.match(String(whole.headers['content-security-policy']), /default-src 'none'/)
  const head = await transfer(site, 1, get, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '2500000', 0])
  const part = await transfer(site, 1, get, { headers: { range: 'bytes=1000000-1000099' } })
  assert.deepEqual([part.status, part.headers['content-range']], [206, 'bytes 1000000-1000099/2500000'])
  assert.ok(part.body.equals(body.subarray(1_000_000, 1_000_100)))
  const beyond = await transfer(site, 1, get, { headers: { range: 'bytes=2500000-' } })
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */2500000'])
  const etag = String(whole.headers.etag)
  assert.equal((await transfer(site, 1, get, { headers: { 'if-none-match': etag } })).status, 304)
  const changed = await transfer(site, 1, get, { headers: { range: 'bytes=0-1', 'if-range': '"another"' } })
  assert.equal(changed.status, 200)
  const preflight = await transfer(site, 1, put, { method: 'OPTIONS' })
  assert.equal(preflight.status, 204)
  assert.match(String(preflight.headers['access-control-allow-methods']), /PUT/)
})

scenario('a browser runs nothing that was uploaded', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const body = Buffer.from('<script>alert(1)</script>')
  const { put, get } = await slotOf(romeo, { name: 'x.html', size: body.length, type: 'text/html' })
  assert.equal((await transfer(site, 0, put, { method: 'PUT', body })).status, 201)
  const { headers } = await transfer(site, 0, get)
  assert.match(String(headers['content-disposition']), /^attachment/)
  assert.match(String(headers['content-security-policy']), /sandbox/)
})

scenario('what is too large, of another kind, too much or makes no sense gets no slot', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const refusal = async (wish: SlotWish) => {
    const answer = await askForSlot(romeo, wish)
    return { error: errorOf(answer), inside: answer.getChild('error') }
  }
  const large = await refusal({ size: MOST + 1 })
  assert.equal(large.error, 'modify/not-acceptable')
  const form = large.inside?.getChild('file-too-large', NS_UPLOAD)
  assert.equal(form?.getChildText('max-file-size'), String(MOST))
  assert.equal((await refusal({ size: 1, type: 'video/mp4' })).error, 'modify/not-acceptable')
  for (const size of ['0', '-5', 'many', '']) assert.equal((await refusal({ size })).error, 'modify/bad-request', size)
  assert.equal((await refusal({ size: 1, name: '' })).error, 'modify/bad-request')
  assert.equal((await refusal({ size: 1, inside: purpose('permanent') })).error, 'cancel/feature-not-implemented')
  const past = purpose('ephemeral', ` expire-before='${inMs(-1000)}'`)
  assert.equal((await refusal({ size: 1, inside: past })).error, 'modify/bad-request')

  const soon = inMs(600_000)
  await slotOf(romeo, { size: MOST, inside: purpose('ephemeral', ` expire-before='${soon}'`) })
  const full = await refusal({ size: MOST })
  assert.equal(full.error, 'wait/resource-constraint')
  const stamp = Date.parse(full.inside?.getChild('retry', NS_UPLOAD)?.attrs.stamp ?? '')
  assert.ok(Math.abs(stamp - Date.parse(soon)) <= 1000)
  // What is for the profile has a quota of its own.
  await slotOf(romeo, { size: MOST / 3, inside: purpose('profile') })
  for (let at = 1; at < 8; at++) await slotOf(romeo, { size: 1 })
  const many = await refusal({ size: 1 })
  assert.equal(many.error, 'wait/resource-constraint')
  const tomorrow = Date.parse(many.inside?.getChild('retry', NS_UPLOAD)?.attrs.stamp ?? '')
  assert.ok(Math.abs(tomorrow - Date.now() - 86_400_000) < 600_000)
})

scenario('an upload that is not what was announced, or was not announced, is refused', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const body = randomBytes(1_000)
  const { put, get } = await slotOf(romeo, { size: body.length, type: 'image/png' })
  const send = async (link: string, options: { body?: Buffer; headers?: Record<string, string> } = {}) =>
    (await transfer(site, 0, link, { method: 'PUT', body, ...options })).status
  assert.equal(await send(put, { body: body.subarray(1) }), 400)
  assert.equal(await send(put, { body: Buffer.concat([body, body]) }), 413)
  assert.equal(await send(put, { headers: { 'content-type': 'text/html' } }), 415)
  assert.equal(
    (await transfer(site, 0, put, { method: 'PUT', headers: { 'transfer-encoding': 'chunked' } })).status,
    411,
  )
  for (const forged of [
    put.replace('size=1000', 'size=1000000'),
    put.replace(/signature=...../, 'signature=AAAAA'),
    put.replace(/until=\d+/, 'until=9999999999999'),
    get,
    `${put.split('/upload/')[0]}/upload/..%2F..%2F..%2Fetc%2Fcron.d%2Fx/y?${put.split('?')[1]}`,
    `${put.split('/upload/')[0]}/upload/../../../etc/passwd?${put.split('?')[1]}`,
  ])
    assert.ok([403, 404].includes(await send(forged)), forged)
  assert.equal((await transfer(site, 0, put)).status, 403)
  assert.equal((await transfer(site, 0, put, { method: 'DELETE' })).status, 405)
  const much = transfer(site, 0, get, { headers: { 'x-much': 'x'.repeat(40_000) } })
  // It may be cut off before it reads why.
  assert.ok(
    [431, 'cut off'].includes(
      await much.then(
        ({ status }) => status,
        () => 'cut off',
      ),
    ),
  )
  assert.equal((await transfer(site, 0, get)).status, 404)
  // The slot is still good, once.
  assert.equal(await send(put), 201)
  assert.equal(await send(put), 409)
  assert.ok((await transfer(site, 1, get)).body.equals(body))
})

/** Begins an upload by hand and sends some of it. */
async function beginUpload(site: Site, link: string, length: number) {
  const socket = connect({
    port: site.edge(0).https!,
    host: '127.0.0.1',
    servername: site.domain,
    ca: site.certificate,
  })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  const { pathname, search, host } = new URL(link)
  socket.write(`PUT ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${length}\r\n\r\nbeginning`)
  return socket
}

/** Asks again until the answer is that. */
async function until(status: number, ask: () => Promise<{ status: number }>): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if ((await ask()).status === status) return
    await sleep(100)
  }
  throw new Error(`never answered with ${status}`)
}

scenario('an upload that breaks off leaves nothing, and may be begun again', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const body = randomBytes(100_000)
  const { put, get } = await slotOf(romeo, { size: body.length })
  const slow = await beginUpload(site, put, body.length)
  const send = () => transfer(site, 0, put, { method: 'PUT', body })
  const key = new URL(put).pathname.split('/')[2] ?? ''
  const part = join(dir, 'files', key.slice(0, 2), `${key}.part`)
  await until(1, async () => ({ status: existsSync(part) ? 1 : 0 }))
  // While one is under way there is no second, and nothing to read.
  assert.equal((await send()).status, 409)
  assert.equal((await transfer(site, 1, get)).status, 404)
  slow.destroy()
  await until(201, send)
  assert.equal(existsSync(part), false)
  assert.ok((await transfer(site, 1, get)).body.equals(body))
})

scenario('a file is gone at the time its sender named', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const body = Buffer.from('this will not last')
  const before = inMs(8_000)
  const ephemeral = purpose('ephemeral', ` expire-before='${before}'`)
  const { put, get } = await slotOf(romeo, { size: body.length, inside: ephemeral })
  assert.equal((await transfer(site, 0, put, { method: 'PUT', body })).status, 201)
  await until(410, () => transfer(site, 0, get))
  assert.ok(Date.now() >= Date.parse(before))
})

scenario('files go with the account of who uploaded them', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const body = randomBytes(1_000)
  const { put, get } = await slotOf(romeo, { size: body.length })
  assert.equal((await transfer(site, 0, put, { method: 'PUT', body })).status, 201)
  assert.equal((await control(site, ['users', 'delete', bareOf(romeo.jid)])).code, 0)
  await until(404, () => transfer(site, 1, get))
})

scenario('curl uploads, and fetches the rest of what it has', async (site) => {
  await using romeo = await newcomer(site, 'romeo')
  const body = randomBytes(300_000)
  const at = join(dir, randomBytes(6).toString('hex'))
  await writeFile(`${at}.in`, body)
  await writeFile(`${at}.out`, body.subarray(0, 100_000))
  await writeFile(`${at}.pem`, site.certificate)
  const curl = async (...args: string[]) => {
    const child = spawn('curl', ['-sS', '-w', '%{http_code}', '--cacert', `${at}.pem`, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let told = ''
    child.stdout.on('data', (chunk) => {
      told += String(chunk)
    })
    await once(child, 'close')
    return told
  }
  const { put, get } = await slotOf(romeo, { size: body.length })
  const here = (link: string) => link.replace('https://upload.localhost', `https://localhost:${site.edge(0).https}`)
  assert.equal(await curl('-T', `${at}.in`, here(put)), '201')
  assert.equal(await curl('-C', '-', '-o', `${at}.out`, here(get)), '206')
  assert.ok((await readFile(`${at}.out`)).equals(body))
})
