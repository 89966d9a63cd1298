import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Finder, type Names } from './finder.ts'

const domain = ensureDomain('montague.example')
const service = (name: string, priority: number, directTls: boolean) => ({
  name,
  port: directTls ? 5270 : 5269,
  priority,
  weight: 1,
  directTls,
})

function finder(plain: Awaited<ReturnType<Names['services']>> | Error, direct: typeof plain = []): Finder {
  return new Finder(new Map(), {
    async services(_name, directTls) {
      const answer = directTls ? direct : plain
      if (answer instanceof Error) throw answer
      return answer
    },
  })
}

test('both kinds of records are tried in one order', async () => {
  const found = await finder([service('late', 20, false)], [service('early', 10, true)]).find(domain)
  assert.deepEqual(found, [
    { host: 'early', port: 5270, directTls: true },
    { host: 'late', port: 5269, directTls: false },
  ])
})

test('without records, or without an answer, the domain itself is tried', async () => {
  const itself = [{ host: 'montague.example', port: 5269, directTls: false }]
  assert.deepEqual(await finder([]).find(domain), itself)
  assert.deepEqual(await finder(new Error('no answer')).find(domain), itself)
  // Only direct TLS is denied.
  assert.deepEqual(await finder([], [service('', 0, true)]).find(domain), itself)
})

test('so many are tried and no more', async () => {
  const many = Array.from({ length: 100 }, (_, i) => service(`host-${i}`, i, false))
  assert.equal((await finder(many).find(domain)).length, 8)
})

test('a domain may say that it has no server', async () => {
  assert.deepEqual(await finder([service('', 0, false)]).find(domain), [])
})

test('what is configured comes before DNS', async () => {
  const targets = [{ host: '10.0.0.1', port: 1, directTls: true }]
  const routed = new Finder(new Map([[domain, targets]]), { services: () => Promise.reject(new Error('asked')) })
  assert.deepEqual(await routed.find(domain), targets)
})
