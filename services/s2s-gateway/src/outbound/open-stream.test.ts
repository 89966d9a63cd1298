import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { silentTelemetry } from '@heliograph/telemetry'
import { federationEvents } from '../federation/events.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import { openStream } from './open-stream.ts'

const direction = { local: ensureDomain('capulet.example'), remote: ensureDomain('montague.example') }

test('who sent something isn’t told what was found at an address', async () => {
  const telemetry = silentTelemetry()
  const logged: unknown[] = []
  const failing = (code: string) =>
    ({
      ...telemetry,
      log: { ...telemetry.log, warn: (_event: string, { reason }: { reason: string }) => logged.push(reason) },
      events: federationEvents(telemetry.metrics),
      config: { federation: { connectSeconds: 20, privateAddresses: false } },
      finder: { find: async () => [{ host: 'peer.example', port: 22, directTls: false }] },
      names: {
        lookup: (_host: string, _options: object, done: (error: Error) => void) =>
          done(Object.assign(new Error(`connect ${code} 10.0.0.5:22`), { code })),
      },
    }) as unknown as FederationContext
  const told: string[] = []
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH']) {
    const result = await openStream(failing(code), direction, { kind: 'carry' }, new AbortController().signal)
    assert.equal(result.kind, 'failed')
    if (result.kind === 'failed') told.push(`${result.failure.condition}: ${result.failure.text}`)
  }
  assert.deepEqual(told, [
    'remote-server-timeout: the server could not be reached',
    'remote-server-not-found: the domain has no server',
    'remote-server-timeout: the server could not be reached',
  ])
  assert.match(String(logged[0]), /ECONNREFUSED/)
})
