import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LiveStateSubject } from './live-state.contract.ts'

const bytes = (...values: number[]) => Buffer.from(values)
const place = (epoch: number, partition = 3) => ({ service: 'session', partition, epoch })

/** What every implementation has to do about the records of a partition. */
export function recordsContract(name: string, make: () => Promise<LiveStateSubject>): void {
  test(`${name}: records hold any bytes, apart from those of other partitions`, async () => {
    await using subject = await make()
    const { state } = subject
    const changes = [
      { field: '__proto__', value: bytes(0, 255, 10, 13) },
      { field: 'ä@example/☃', value: bytes() },
      { field: 'gone', value: bytes(1) },
    ]
    assert.equal(await state.write(place(5), changes), true)
    assert.equal(await state.write(place(5), [{ field: 'gone', value: null }]), true)
    assert.deepEqual(
      await state.read(place(0)),
      new Map([
        ['__proto__', bytes(0, 255, 10, 13)],
        ['ä@example/☃', bytes()],
      ]),
    )
    assert.equal((await state.read(place(0, 4))).size, 0)
  })

  test(`${name}: from the first write under an epoch on, lower ones are refused`, async () => {
    await using subject = await make()
    const { state } = subject
    await state.write(place(5), [{ field: 'a', value: bytes(5) }])
    await state.append(place(5), 'queue', [bytes(5)])
    assert.equal(await state.write(place(6), []), true)
    assert.equal(await state.write(place(5), [{ field: 'a', value: bytes(6) }]), false)
    assert.equal(await state.append(place(5), 'queue', [bytes(6)]), false)
    assert.equal(await state.dropList(place(5), 'queue'), false)
    assert.deepEqual((await state.read(place(0))).get('a'), bytes(5))
    assert.deepEqual(await state.readList(place(0), 'queue'), [bytes(5)])
    assert.equal(await state.write(place(5, 4), []), true)
  })

  test(`${name}: lists keep order and are dropped whole`, async () => {
    await using subject = await make()
    const { state } = subject
    await state.append(place(1), 'queue', [bytes(1), bytes(0, 255)])
    await state.append(place(1), 'queue', [bytes(3)])
    await state.append(place(1), 'other', [bytes(9)])
    assert.deepEqual(await state.readList(place(0), 'queue'), [bytes(1), bytes(0, 255), bytes(3)])
    assert.equal((await state.read(place(0))).size, 0)
    assert.equal(await state.dropList(place(1), 'queue'), true)
    assert.deepEqual(await state.readList(place(0), 'queue'), [])
    assert.deepEqual(await state.readList(place(0), 'other'), [bytes(9)])
  })

  test(`${name}: many changes at once`, async () => {
    await using subject = await make()
    const changes = Array.from({ length: 5000 }, (_, i) => ({ field: `f${i}`, value: bytes(i & 255) }))
    assert.equal(await subject.state.write(place(1), changes), true)
    assert.equal((await subject.state.read(place(0))).size, 5000)
  })
}
