import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogFields, Logger } from '@heliograph/telemetry'
import { audited } from './audited.ts'
import { type Admin, adminContract } from './contracts/admin.ts'
import type { Handlers } from './rpc-server.ts'

test('calls from outside that change something are logged, without what may not be known', async () => {
  const lines: LogFields[] = []
  const log = { info: (_event: string, fields: LogFields) => lines.push(fields) } as unknown as Logger
  const handlers = {
    createUser: () => ({ ok: false, condition: 'conflict' }),
    kick: () => ({ kicked: 1 }),
    listUsers: () => ({ users: [], next: '' }),
  } as unknown as Handlers<Admin>
  const admin = audited(adminContract, handlers, log)
  const call = { peer: '192.0.2.1:7', signal: AbortSignal.timeout(1_000) }
  await admin.createUser({ jid: 'a@b', password: 'secret' }, call)
  await admin.listUsers({ domain: '', after: '', max: 0 }, call)
  await admin.kick({ jid: 'a@b', reason: 'because', localOnly: true }, call)
  await admin.kick({ jid: 'a@b', reason: 'because', localOnly: false }, { ...call, peer: 'local' })
  await admin.kick({ jid: 'a@b', reason: 'because', localOnly: false }, call)
  const entry = { via: 'grpc', peer: '192.0.2.1:7', about: { jid: 'a@b' } }
  assert.deepEqual(lines, [
    { ...entry, method: 'createUser', outcome: 'conflict' },
    { ...entry, method: 'kick', outcome: 'done' },
  ])
})
