import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Domain, ensureDomain } from '@heliograph/jid'
import type { Result } from '../outbound/purpose.ts'
import { Inquiries } from './inquiries.ts'

const local = ensureDomain('ours.example')
const between = (remote: string): { local: Domain; remote: Domain } => ({ local, remote: ensureDomain(remote) })
const valid = async (): Promise<Result> => ({ kind: 'answer', isValid: true })
const never = (): never => assert.fail('asked')

test('strangers can’t have a domain, or very many, asked all at once', async () => {
  const inquiries = new Inquiries()
  const { promise, resolve } = Promise.withResolvers<Result>()
  const ask = (remote: string) => inquiries.ask(between(remote), () => promise)
  const asked = Array.from({ length: 8 }, () => ask('victim.example'))
  assert.equal(await inquiries.ask(between('victim.example'), never), 'resource-constraint')
  for (let i = 0; i < 248; i++) asked.push(ask(`v${i}.example`))
  assert.equal(await inquiries.ask(between('other.example'), never), 'resource-constraint')
  resolve({ kind: 'answer', isValid: false })
  assert.deepEqual(new Set(await Promise.all(asked)), new Set(['invalid']))
  for (const remote of ['victim.example', 'other.example'])
    assert.equal(await inquiries.ask(between(remote), valid), 'valid')
})

test('who couldn’t be asked isn’t asked again at once, others are', async () => {
  const inquiries = new Inquiries()
  const failure = { condition: 'remote-server-not-found', text: '' } as const
  const failing = async (): Promise<Result> => ({ kind: 'failed', failure })
  assert.equal(await inquiries.ask(between('gone.example'), failing), 'remote-server-not-found')
  assert.equal(await inquiries.ask(between('gone.example'), never), 'remote-server-not-found')
  assert.equal(await inquiries.ask(between('there.example'), valid), 'valid')
})
