import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDocument } from '@heliograph/xml'
import { NS } from './ns.ts'
import { readRsm, rsmElement, rsmRequestElement } from './rsm.ts'

const read = (content: string) => readRsm(parseDocument(`<set xmlns='${NS.rsm}'>${content}</set>`).element)

test('requests are read', () => {
  assert.deepEqual(read(''), { max: undefined, index: undefined, after: undefined, before: undefined })
  assert.deepEqual(read('<max>10</max><after>a&amp;b</after>'), {
    max: 10,
    index: undefined,
    after: 'a&b',
    before: undefined,
  })
  assert.equal(read('<max>0</max>')?.max, 0)
  assert.equal(read('<before/>')?.before, '')
  assert.equal(read('<before>x</before>')?.before, 'x')
  assert.equal(read('<index> 371 </index>')?.index, 371)
  assert.equal(read('<max>99999999999999999999</max>')?.max, Number.MAX_SAFE_INTEGER)
})

test('malformed numbers are refused', () => {
  for (const text of ['', 'x', '-1', '1.5', '1e3', '0x10']) {
    assert.equal(read(`<max>${text}</max>`), undefined, text)
    assert.equal(read(`<index>${text}</index>`), undefined, text)
  }
})

test('pages and requests are written', () => {
  assert.equal(
    rsmElement({ first: 'a', firstIndex: 0, last: 'b', count: 800 }).toString(),
    `<set xmlns='${NS.rsm}'><first index='0'>a</first><last>b</last><count>800</count></set>`,
  )
  assert.equal(rsmElement({ count: 0 }).toString(), `<set xmlns='${NS.rsm}'><count>0</count></set>`)
  assert.deepEqual(readRsm(parseDocument(rsmRequestElement({ max: 5, before: '', index: 3 }).toString()).element), {
    max: 5,
    before: '',
    after: undefined,
    index: 3,
  })
})
