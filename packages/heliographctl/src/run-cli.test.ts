import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import {
  type Admin,
  adminContract,
  type Handlers,
  instanceContract,
  type SessionSummary,
  serve,
  startRpcServer,
} from '@heliograph/rpc'
import { silentTelemetry } from '@heliograph/telemetry'
import { runCli } from './run-cli.ts'

const { log } = silentTelemetry()
const host = '127.0.0.1'
/** More accounts than one page holds. */
const crowd = 1_100

const accounts = new Map<string, string>()
const sessions: SessionSummary[] = ['alice@localhost/phone', 'alice@localhost/desk', 'bob@localhost/x'].map((jid) => ({
  jid,
  state: 'online',
  edge: 'connection-manager-a-1',
  owner: 'session-a-1',
  address: '192.0.2.1',
  transport: 'tcp',
  secure: true,
  mechanism: 'SCRAM-SHA-256',
  priority: 5,
  available: true,
  since: 1_700_000_000_000,
}))
const drained: string[] = []
let mistaken = false
const locked = new Set<string>()
const retained = new Map<string, number>()

function admin(rpc: () => string): Handlers<Admin> {
  const done = { ok: true, condition: '' }
  const refuse = (condition: string) => ({ ok: false, condition })
  return {
    createUser({ jid, password }) {
      if (accounts.has(jid)) return refuse('conflict')
      accounts.set(jid, password)
      return done
    },
    deleteUser: ({ jid }) => (accounts.delete(jid) ? done : refuse('item-not-found')),
    setPassword({ jid, password }) {
      if (!accounts.has(jid)) return refuse('item-not-found')
      accounts.set(jid, password)
      return done
    },
    setUserDisabled({ jid, disabled }) {
      if (!accounts.has(jid)) return refuse('item-not-found')
      if (disabled) locked.add(jid)
      else locked.delete(jid)
      return done
    },
    setRetention({ jid, days, configured }) {
      if (!accounts.has(jid)) return refuse('item-not-found')
      if (configured) retained.delete(jid)
      else retained.set(jid, days)
      return done
    },
    getRetention: ({ jid }) => ({ ...done, days: retained.get(jid) ?? 90, set: retained.has(jid), wished: 0 }),
    listUsers({ domain, after: from, max }) {
      const all = [...accounts.keys()].filter((jid) => domain === '' || jid.endsWith(`@${domain}`)).sort()
      const page = all.filter((jid) => jid > from).slice(0, max)
      const last = page.at(-1)
      return {
        users: page.map((jid) => ({ jid, createdAt: 1_700_000_000_000 })),
        next: last !== undefined && last !== all.at(-1) ? last : '',
      }
    },
    createInvite: ({ jid, inviter, days }) =>
      jid.includes(' ')
        ? { ...refuse('jid-malformed'), uri: '', expiresAt: 0 }
        : { ...done, uri: `xmpp:${jid}?register;preauth=${inviter}${days}`, expiresAt: 1_700_000_000_000 },
    listInvites: ({ below }) => {
      const invite = {
        domain: 'localhost',
        inviter: '',
        account: '',
        registers: true,
        createdAt: 0,
        expiresAt: 1,
        usedBy: '',
      }
      return below === 0
        ? { invites: [{ ...invite, number: 7 }], next: 7 }
        : { invites: [{ ...invite, number: 3 }], next: 0 }
    },
    revokeInvite: ({ number }) => (number === 7 ? done : refuse('item-not-found')),
    listSessions: ({ jid }) => ({
      sessions: sessions.filter((session) => session.jid.startsWith(jid)),
      next: '',
      missing: ['session-b-2'],
    }),
    kick: ({ jid }) => ({ kicked: sessions.filter((session) => session.jid.startsWith(jid)).length }),
    listDomains: ({ domain }) => ({
      domains: [
        { name: 'localhost', accounts: 2, limited: true, maxAccounts: 3, anonymous: false },
        { name: 'guests.localhost', accounts: 0, limited: false, maxAccounts: 0, anonymous: true },
      ].filter(({ name }) => domain === '' || name === domain),
    }),
    onlineUsers: () => ({ count: 0, jids: [], missing: [] }),
    announce: () => ({ users: 0, missing: [] }),
    owners: ({ kind }) => ({ owners: [{ kind, partition: 7, instance: 'session-a-1', epoch: 12 }] }),
    instances: () => ({ instances: [{ instance: 'muc-a-1', service: 'muc', rpc: rpc(), partitions: 256 }] }),
  }
}

function about(name: string) {
  return serve(instanceContract, {
    info: () => ({
      instance: name,
      services: [name.split('-')[0] as string],
      version: '0.1.0',
      state: 'running' as const,
      startedAt: 1_700_000_000_000,
      addresses: { rpc: 'x:1' },
      problems: ['bus: time-out'],
    }),
    drain() {
      drained.push(name)
      return { begun: true }
    },
    reload: () =>
      mistaken
        ? { ok: false, condition: 'not-acceptable', text: 'two mistakes', changed: [], needsRestart: [] }
        : { ok: true, condition: '', text: '', changed: ['admins', 'rates.burstSeconds'], needsRestart: ['mode'] },
  })
}

const muc = await startRpcServer({ host, port: 0, log, services: [about('muc-a-1')] })
const server = await startRpcServer({
  host,
  port: 0,
  log,
  services: [
    serve(
      adminContract,
      admin(() => muc.address),
    ),
    about('session-a-1'),
  ],
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await muc[Symbol.asyncDispose]()
})

async function ctl(args: string, options: { stdin?: string; env?: Record<string, string> } = {}) {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const { stdin = '', env = { HELIOGRAPHCTL_ADDRESS: server.address } } = options
  const code = await runCli(args.split(' '), { env, stdin: Readable.from([stdin]), stdout, stderr })
  stdout.end()
  stderr.end()
  return { code, out: await text(stdout), error: await text(stderr) }
}

test('accounts are created, given a password, listed and deleted', async () => {
  assert.deepEqual(await ctl('users create alice@localhost', { stdin: 'pencil\n' }), {
    code: 0,
    out: 'created alice@localhost\n',
    error: '',
  })
  assert.equal(accounts.get('alice@localhost'), 'pencil')
  assert.equal((await ctl('users password alice@localhost', { stdin: 'brush' })).code, 0)
  assert.equal(accounts.get('alice@localhost'), 'brush')
  assert.match((await ctl('users list')).out, /^JID {14}CREATED\nalice@localhost {2}2023-11-14T22:13:20Z\n$/)
  assert.equal((await ctl('users disable alice@localhost')).code, 0)
  assert.deepEqual([...locked], ['alice@localhost'])
  assert.equal((await ctl('users enable alice@localhost')).code, 0)
  assert.equal(locked.size, 0)
  assert.equal((await ctl('users retention alice@localhost')).out, 'alice@localhost: 90 days, as configured\n')
  for (const [words, out] of [
    ['7', 'alice@localhost: 7 days'],
    ['0', 'alice@localhost: for ever'],
    ['default', 'alice@localhost: 90 days, as configured'],
  ])
    assert.equal((await ctl(`users retention alice@localhost ${words}`)).out, `${out}\n`)
  assert.equal((await ctl('users delete alice@localhost')).code, 0)
  assert.equal((await ctl('users list')).out, 'no accounts\n')
})

test('what the server refuses is said in words and with its condition', async () => {
  const { code, error } = await ctl('users delete nobody@localhost')
  assert.equal(code, 1)
  assert.equal(error, 'heliographctl: nobody@localhost: there is no such account or domain (item-not-found)\n')
})

test('a list goes on until its last page', async () => {
  for (let at = 0; at < crowd; at++) accounts.set(`u${at}@example.org`, 'p')
  const { out } = await ctl('users list --domain example.org --json')
  assert.equal((JSON.parse(out) as unknown[]).length, crowd)
  accounts.clear()
})

test('sessions are listed, with a word about instances that did not answer', async () => {
  const { out } = await ctl('sessions alice@localhost')
  assert.match(out, /^alice@localhost\/phone {2}online {2}connection-manager-a-1 {2}192\.0\.2\.1 {2}tcp\+tls {4}5 /m)
  assert.doesNotMatch(out, /bob/)
  assert.match(out, /session-b-2 did not answer/)
})

test('sessions are closed', async () => {
  assert.equal((await ctl('kick alice@localhost --reason maintenance')).out, 'closed 2 sessions\n')
  assert.deepEqual(JSON.parse((await ctl('kick bob@localhost/x --json')).out), { kicked: 1 })
})

test('owners and instances are shown', async () => {
  assert.equal(
    (await ctl('owners user')).out,
    'KIND  PARTITION  OWNER        EPOCH\nuser  7          session-a-1  12\n',
  )
  assert.match((await ctl('instances')).out, /muc-a-1 {3}muc {6}127\.0\.0\.1:\d+ {2}256/)
})

test('domains are listed, with what they have and may have', async () => {
  assert.match(
    (await ctl('domains list')).out,
    /^DOMAIN +ACCOUNTS +AT MOST\nlocalhost +2 +3\nguests.localhost +anonymous +-\n$/,
  )
  assert.doesNotMatch((await ctl('domains list --domain localhost')).out, /guests/)
  assert.equal((await ctl('domains list --domain other.example')).out, 'no such domain\n')
})

test('an instance is drained by name, or the one at the address', async () => {
  assert.equal((await ctl('drain muc-a-1')).out, 'muc-a-1 is draining\n')
  assert.equal((await ctl('drain')).out, 'session-a-1 is draining\n')
  assert.deepEqual(drained, ['muc-a-1', 'session-a-1'])
  assert.equal((await ctl('drain other')).code, 1)
})

test('configurations are read again, and what came of it is told', async () => {
  const told = 'muc-a-1: changed admins, rates.burstSeconds; needs a restart: mode\n'
  assert.deepEqual([(await ctl('reload')).out, (await ctl('reload muc-a-1')).out], [told, told])
  assert.equal((await ctl('reload other')).code, 1)
  mistaken = true
  const { code, error } = await ctl('reload')
  mistaken = false
  assert.equal(code, 1)
  assert.match(error, /muc-a-1 changed nothing: two mistakes/)
})

test('the state of an instance is told', async () => {
  assert.match(
    (await ctl('info muc-a-1')).out,
    /^muc-a-1: running, version 0\.1\.0.*\n.*\nrpc: x:1\nnot ready: bus: time-out\n$/,
  )
})

test('wrong words, arguments and configuration exit with 2', async () => {
  for (const [args, pattern] of [
    ['users', /no command users/],
    ['users create', /usage: heliographctl users create JID/],
    ['users retention a@b -1', /-1/],
    ['users retention a@b 1.5', /DAYS must be/],
    ['kick a b', /usage: heliographctl kick JID/],
    ['users list --colour', /--colour/],
    ['users list --timeout soon', /--timeout/],
    ['users create a@b --password-file /nonexistent', /\/nonexistent cannot be read/],
  ] as const) {
    const { code, error } = await ctl(args)
    assert.deepEqual([code, pattern.test(error)], [2, true], `${args}: ${error}`)
  }
  assert.equal((await ctl('users create a@b', { stdin: '' })).code, 2)
  assert.equal((await ctl('instances', { env: { HELIOGRAPH_LISTEN_RPC: 'nowhere' } })).code, 2)
})

test('a server that is not there exits with 3', async () => {
  const { code, error } = await ctl('instances', { env: { HELIOGRAPH_LISTEN_RPC: '127.0.0.1:9' } })
  assert.equal(code, 3)
  assert.match(error, /^heliographctl: no server answers \(connect ECONNREFUSED 127\.0\.0\.1:9\): .*--address/)
})

test('help lists every command', async () => {
  const { code, out } = await ctl('--help')
  assert.equal(code, 0)
  for (const words of ['users create JID', 'kick JID', 'drain [INSTANCE]']) assert.ok(out.includes(words))
})
