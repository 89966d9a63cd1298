import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Contract, type Methods, methodsOf } from '../contract.ts'
import { accountsContract } from './accounts.ts'
import { adminContract } from './admin.ts'
import { capabilitiesContract } from './capabilities.ts'
import { healthContract } from './health.ts'
import { instanceContract } from './instance.ts'
import { roomsContract } from './rooms.ts'
import { webContract } from './web.ts'

/** A full request and reply for each method. */
type Samples<Service> = {
  readonly [Name in keyof Service]: readonly [Methods<Service>[Name]['request'], Methods<Service>[Name]['reply']]
}

/** What is written beside the `.proto` file has its names, its fields and its kinds of value. */
function agree<Service>(contract: Contract<Service>, samples: Samples<Service>): void {
  const given = new Map(Object.entries<readonly [object, object]>(samples as Record<string, readonly [object, object]>))
  for (const [name, method] of methodsOf(contract.definition())) {
    const sample = given.get(method.originalName ?? name)
    assert.ok(sample, `${contract.name}.${name} has no sample`)
    given.delete(method.originalName ?? name)
    const [request, reply] = sample
    assert.deepEqual(plain(method.requestDeserialize(method.requestSerialize(request))), plain(request), name)
    assert.deepEqual(plain(method.responseDeserialize(method.responseSerialize(reply))), plain(reply), name)
    assert.deepEqual(Object.keys(method.requestDeserialize(Buffer.alloc(0))).sort(), Object.keys(request).sort(), name)
    assert.deepEqual(Object.keys(method.responseDeserialize(Buffer.alloc(0))).sort(), Object.keys(reply).sort(), name)
  }
  assert.deepEqual([...given.keys()], [])
}

function plain(message: object): unknown {
  return JSON.parse(JSON.stringify(message, (_, value) => (value instanceof Uint8Array ? [...value] : value)))
}

const bytes = Buffer.from([1, 2, 3])
const verdict = { ok: false, condition: 'conflict' }
const explained = { ...verdict, text: 'too short' }
const who = { username: 'alice', domain: 'localhost' }

test('accounts', () => {
  const token = { ...who, source: '::1', client: 'c', mechanism: 'HT-SHA-256-NONE' as const }
  agree(accountsContract, {
    scramStart: [
      { ...who, hash: 'SHA-256', source: '::1' },
      { ok: true, condition: '', salt: bytes, iterations: 10_000, handle: 'h' },
    ],
    scramFinish: [
      { ...who, hash: 'SHA-1', handle: 'h', authMessage: 'n,,', clientProof: bytes, source: '::1' },
      { ok: true, serverSignature: bytes, condition: '' },
    ],
    checkPassword: [{ ...who, password: 'p', source: '::1' }, verdict],
    checkToken: [
      { ...token, proof: bytes, channelBinding: bytes, count: -1, invalidate: true },
      { ok: true, condition: '', response: bytes, due: true },
    ],
    issueToken: [
      { ...token, software: 's', device: 'd' },
      { ok: true, token: 't', expiry: '2026-01-01T00:00:00.000Z' },
    ],
    checkBearer: [
      { domain: 'localhost', source: '::1', token: 't' },
      { ok: false, condition: 'not-authorized', username: '', problem: 'invalid_token' },
    ],
    admitAnonymous: [{ domain: 'localhost', source: '::1' }, verdict],
    upgradeStart: [
      { ...who, source: '::1', hash: 'SHA-512' },
      { needed: true, salt: bytes, iterations: 4096, handle: 'h' },
    ],
    upgradeFinish: [
      { ...who, source: '::1', hash: 'SHA-512', salt: bytes, iterations: 1, handle: 'h', saltedPassword: bytes },
      { ok: true },
    ],
    register: [{ ...who, password: 'p', source: '::1', invite: 'i', challenge: 'c', answer: 'a' }, explained],
    askQuestion: [{ domain: 'localhost' }, { challenge: 'c', question: 'q' }],
    checkInvite: [{ token: 't', domain: 'localhost', source: '::1' }, explained],
    changePassword: [{ ...who, password: 'p' }, explained],
  })
})

test('admin', () => {
  const session = {
    jid: 'a@localhost/r',
    state: 'hibernating' as const,
    edge: 'e',
    owner: 'o',
    address: '::1',
    transport: 'tcp',
    secure: true,
    mechanism: 'SCRAM-SHA-1',
    priority: -1,
    available: true,
    since: 1_700_000_000_000,
  }
  agree(adminContract, {
    createUser: [{ jid: 'a@localhost', password: 'p', force: true }, explained],
    deleteUser: [{ jid: 'a@localhost', localOnly: true }, verdict],
    setPassword: [{ jid: 'a@localhost', password: 'p', force: true }, explained],
    setUserDisabled: [{ jid: 'a@localhost', disabled: true }, verdict],
    listUsers: [
      { domain: 'localhost', after: 'a', max: 10 },
      { users: [{ jid: 'a@localhost', createdAt: 1_700_000_000_000 }], next: 'n' },
    ],
    setRetention: [{ jid: 'a@localhost', days: 30, configured: true }, verdict],
    getRetention: [{ jid: 'a@localhost' }, { ...verdict, days: 30, set: true, wished: 7 }],
    listDomains: [
      { domain: 'localhost' },
      { domains: [{ name: 'localhost', accounts: 2, limited: true, maxAccounts: 3, anonymous: false }] },
    ],
    createInvite: [
      { jid: 'localhost', inviter: 'alice@localhost', days: 3 },
      { ...verdict, uri: 'xmpp:localhost', expiresAt: 1_700_000_000_000 },
    ],
    listInvites: [
      { domain: 'localhost', below: 3, max: 4 },
      {
        invites: [
          {
            number: 1,
            domain: 'localhost',
            inviter: 'alice@localhost',
            account: 'bob@localhost',
            registers: true,
            createdAt: 1_700_000_000_000,
            expiresAt: 1_700_000_000_001,
            usedBy: 'bob@localhost',
          },
        ],
        next: 1,
      },
    ],
    revokeInvite: [{ number: 1 }, verdict],
    listSessions: [
      { jid: 'a@localhost', after: 'x', max: 3, localOnly: true },
      { sessions: [session], next: 'n', missing: ['session-1'] },
    ],
    kick: [{ jid: 'a@localhost', reason: 'r', localOnly: true }, { kicked: 2 }],
    onlineUsers: [
      { domain: 'localhost', activity: 'idle', max: 3, localOnly: true },
      { count: 2, jids: ['a@localhost'], missing: ['session-1'] },
    ],
    announce: [
      { domain: 'localhost', subject: 's', text: 't', standing: 'motd', localOnly: true },
      { users: 2, missing: ['session-1'] },
    ],
    owners: [
      { kind: 'user' },
      { owners: [{ kind: 'user', partition: 255, instance: 'i', epoch: 1_700_000_000_000_000 }] },
    ],
    instances: [{}, { instances: [{ instance: 'i', service: 'muc', rpc: 'h:1', partitions: 7 }] }],
  })
})

test('capabilities', () => {
  agree(capabilitiesContract, { ofServer: [{ domain: 'a' }, { node: 'n', ver: 'v', sha256: 'a', sha3: 'b' }] })
})

test('instance', () => {
  agree(instanceContract, {
    info: [
      { instance: 'muc-1' },
      {
        instance: 'muc-1',
        services: ['muc'],
        version: '0.1.0',
        state: 'draining',
        startedAt: 1_700_000_000_000,
        addresses: { rpc: 'h:1' },
        problems: ['bus: time-out'],
      },
    ],
    drain: [{ instance: '' }, { begun: true }],
    reload: [
      { instance: 'muc-1' },
      { ok: false, condition: 'not-acceptable', text: 'two mistakes', changed: ['admins'], needsRestart: ['mode'] },
    ],
  })
})

test('health', () => {
  agree(healthContract, { check: [{ service: 'readiness' }, { status: 'NOT_SERVING' }] })
})

test('rooms', () => {
  const jid = 'r@conference.localhost'
  const room = {
    jid,
    name: 'n',
    creator: 'a@localhost',
    createdAt: 1_700_000_000_000,
    listed: true,
    persistent: true,
    locked: true,
  }
  const occupant = { nick: 'n', role: 'visitor', affiliation: 'none', jids: ['a@localhost/r'] }
  const affiliate = { jid: 'a@localhost', affiliation: 'owner', nick: 'n', reason: 'r' }
  agree(roomsContract, {
    listRooms: [
      { domain: 'conference.localhost', after: 'a', max: 10 },
      { rooms: [room], next: 'n' },
    ],
    inspectRoom: [
      { jid, localOnly: true },
      {
        ...{ ok: true, condition: 'c', room, owner: 'muc-1', subject: 's' },
        ...{ occupants: [occupant], affiliates: [affiliate], config: { name: 'value' } },
      },
    ],
    createRoom: [{ jid, owner: 'a@localhost', localOnly: true }, verdict],
    destroyRoom: [{ jid, reason: 'r', alternate: 'x@conference.localhost', localOnly: true }, verdict],
    moveRoom: [{ jid, to: 'x@conference.localhost', reason: 'r', localOnly: true }, verdict],
    answerQuestion: [
      { token: 'x', answer: 'Verona', localOnly: true },
      { ...verdict, room: 'cave@conference.localhost', question: 'Where?' },
    ],
    reloadRoom: [{ jid, localOnly: true }, verdict],
  })
})

test('web', () => {
  agree(webContract, {
    exchange: [
      { kind: 'polling', body: bytes, address: '::1', secure: true },
      { status: 200, type: 'text/xml', body: bytes, cookie: 'ID=0:0' },
    ],
  })
})
