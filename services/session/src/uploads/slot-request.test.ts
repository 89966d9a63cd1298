import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureFull } from '@heliograph/jid'
import { el, iqGet, NS } from '@heliograph/stanza'
import { readSlotRequest } from './slot-request.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')

function read(attrs: Record<string, string>, ...purposes: ReturnType<typeof el>[]) {
  const from = ensureFull('romeo@montague.example/garden')
  return readSlotRequest(iqGet({ id: '1', from }, el('request', { xmlns: NS.httpUpload, ...attrs }, purposes)), NOW)
}

const purpose = (name: string, attrs = {}) => el(name, { xmlns: NS.httpUploadPurpose, ...attrs })
const good = { filename: 'très cool.jpg', size: '23456' }

test('a request is read, with what it is for', () => {
  const plain = { name: 'très cool.jpg', size: 23456, type: 'application/octet-stream' }
  assert.deepEqual(read(good), { ...plain, purpose: 'message', expireBefore: undefined })
  assert.deepEqual(read({ ...good, 'content-type': 'image/jpeg' }, purpose('profile')), {
    ...plain,
    type: 'image/jpeg',
    purpose: 'profile',
    expireBefore: undefined,
  })
  const ephemeral = read(good, purpose('ephemeral', { 'expire-before': '2026-01-01T01:00:00+01:00' }))
  assert.ok('condition' in ephemeral)
  const later = read(good, purpose('ephemeral', { 'expire-before': '2026-01-01T00:00:01Z' }))
  assert.deepEqual(later, { ...plain, purpose: 'ephemeral', expireBefore: NOW + 1000 })
  assert.equal((read({ ...good, filename: '../../etc/passwd' }) as { name: string }).name, 'passwd')
})

test('what is missing or wrong is refused', () => {
  const conditionOf = (answer: ReturnType<typeof read>) => ('condition' in answer ? answer.condition : 'none')
  for (const attrs of [
    {},
    { filename: 'a' },
    { size: '1' },
    { ...good, size: '0' },
    { ...good, size: '-1' },
    { ...good, size: '1.5' },
    { ...good, size: '1e9' },
    { ...good, size: '99999999999999999999' },
    { ...good, size: ' 1' },
    { ...good, filename: 'x'.repeat(5_000) },
    { ...good, 'content-type': '' },
    { ...good, 'content-type': 'image' },
    { ...good, 'content-type': 'image/jpeg\r\nX-Header: 1' },
  ]) {
    assert.equal(conditionOf(read(attrs as Record<string, string>)), 'bad-request', JSON.stringify(attrs))
  }
  for (const wrong of [{}, { 'expire-before': 'soon' }, { 'expire-before': '2025-12-31T23:59:59Z' }])
    assert.equal(conditionOf(read(good, purpose('ephemeral', wrong))), 'bad-request')
  assert.equal(conditionOf(read(good, purpose('message'), purpose('profile'))), 'bad-request')
  assert.equal(conditionOf(read(good, purpose('permanent'))), 'feature-not-implemented')
})
