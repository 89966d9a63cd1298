import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureDomain } from '@heliograph/jid'
import { silentTelemetry } from '@heliograph/telemetry'
import { addressHash, hashOf } from './address-hash.ts'
import { listNamed } from './list-store.ts'
import { ListedAddresses } from './listed-addresses.ts'

const spammer = ensureBare('spammer@verona.example')
const { log } = silentTelemetry()
const lists = [listNamed({ service: 'lists.example', node: 'spam' })]

test('an address is listed by itself or by its domain', async () => {
  const store = { read: async () => new Set([addressHash(spammer), addressHash(ensureDomain('evil.example'))]) }
  using listed = await ListedAddresses.open({ store, lists, log })
  const asked = [spammer, ensureBare('any@evil.example'), ensureBare('other@verona.example')]
  assert.deepEqual(
    asked.map((jid) => listed.has(jid)),
    [true, true, false],
  )
})

test('what is known stays known while the store is away, and who comes on a list is told of', async () => {
  let hashes: ReadonlySet<string> | undefined = new Set<string>()
  let told = 0
  const read = async () => {
    told++
    if (!hashes) throw new Error('away')
    return hashes
  }
  const isNewOnes: boolean[] = []
  const onListed = (isNew: (jid: typeof spammer) => boolean) => isNewOnes.push(isNew(spammer))
  using listed = await ListedAddresses.open({ store: { read }, lists, log, onListed })
  const reads = async (count: number) => {
    while (told < count) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setImmediate(resolve))
  }
  hashes = new Set([addressHash(spammer)])
  listed.refresh()
  await reads(2)
  hashes = undefined
  listed.refresh()
  await reads(3)
  assert.deepEqual([listed.has(spammer), isNewOnes], [true, [true]])
})

test('where there are no lists nothing is read', async () => {
  const read = () => Promise.reject(new Error('asked'))
  using listed = await ListedAddresses.open({ store: { read }, lists: [], log })
  listed.refresh()
  assert.deepEqual([listed.isAsked, listed.has(spammer)], [false, false])
})

test('other lists may be asked from now on', async () => {
  const asked: number[] = []
  const read = async (names: readonly unknown[]) => {
    asked.push(names.length)
    return new Set(names.length > 0 ? [addressHash(spammer)] : [])
  }
  using listed = await ListedAddresses.open({ store: { read }, lists: [], log })
  assert.deepEqual([listed.isAsked, listed.has(spammer)], [false, false])
  listed.setLists(lists)
  while (!listed.has(spammer)) await new Promise((resolve) => setTimeout(resolve, 5))
  listed.setLists([])
  assert.deepEqual([asked, listed.isAsked, listed.has(spammer)], [[1], false, false])
})

test('ids of items are SHA-256 in hexadecimal, in whatever case', () => {
  const hash = addressHash(spammer)
  assert.equal(hash, '8e733e40692a741d8a174e3c9bf35b6a812bbd20cacff467c11d4f745d7f27db')
  assert.deepEqual([hash.toUpperCase(), spammer, `${hash}0`].map(hashOf), [hash, undefined, undefined])
})
