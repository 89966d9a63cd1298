import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StreamManagement } from './stream-management.ts'

describe('StreamManagement', () => {
  it('answers with the number of stanzas received', () => {
    const written: string[] = []
    const sm = new StreamManagement((xml) => written.push(xml), 5)
    assert.equal(sm.take('<message/>'), false)
    assert.equal(sm.take('<presence/>'), false)
    assert.equal(sm.take(`<r xmlns='urn:xmpp:sm:3'/>`), true)
    assert.deepEqual(written, [`<a xmlns='urn:xmpp:sm:3' h='2'/>`])
  })

  it('asks after so many stanzas and counts what is open', () => {
    const written: string[] = []
    const sm = new StreamManagement((xml) => written.push(xml), 2)
    for (let i = 0; i < 5; i++) sm.sent()
    assert.equal(written.length, 2)
    sm.take(`<a h='4' xmlns='urn:xmpp:sm:3'/>`)
    assert.equal(sm.unacknowledged, 1)
  })

  it('refuses an acknowledgement of what was never sent', () => {
    const sm = new StreamManagement(() => {}, 2)
    assert.throws(() => sm.take(`<a h='1'/>`), /acknowledged/)
  })
})
