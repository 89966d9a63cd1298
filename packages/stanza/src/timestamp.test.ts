import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

test('the examples of XEP-0082 name the same moment', () => {
  const moment = Date.UTC(1969, 6, 21, 2, 56, 15)
  for (const text of ['1969-07-21T02:56:15Z', '1969-07-20T21:56:15-05:00', '1969-07-21T02:56:15.000+00:00']) {
    assert.equal(parseTimestamp(text), moment)
  }
  assert.equal(formatTimestamp(moment), '1969-07-21T02:56:15.000Z')
})

test('fractions count in milliseconds', () => {
  assert.equal(parseTimestamp('1970-01-01T00:00:00.5Z'), 500)
  assert.equal(parseTimestamp('1970-01-01T00:00:00.123456Z'), 123)
  assert.equal(parseTimestamp('0001-01-01T00:00:00Z'), Date.parse('0001-01-01T00:00:00Z'))
  assert.equal(parseTimestamp('1970-01-01T24:00:00Z'), 86_400_000)
})

test('other texts are refused', () => {
  for (const text of [
    '',
    '1969-07-21',
    '1969-07-21T02:56:15',
    '1969-07-21 02:56:15Z',
    '19690721T02:56:15Z',
    '1969-7-21T02:56:15Z',
    '1969-13-01T00:00:00Z',
    '1969-02-29T00:00:00Z',
    '1969-07-21T24:00:01Z',
    '1969-07-21T02:60:15Z',
    '1969-07-21T02:56:60Z',
    '1969-07-21T02:56:15.Z',
    '1969-07-21T02:56:15+15:00',
    '1969-07-21T02:56:15+01:60',
    '1969-07-21T02:56:15z',
  ]) {
    assert.equal(parseTimestamp(text), undefined, text)
  }
})
