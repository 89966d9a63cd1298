import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SASL_CONDITIONS } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import { parseDocument } from '@heliograph/xml'
import { failureXml } from './failure.ts'

test('SASL failures are well-formed', () => {
  for (const condition of SASL_CONDITIONS) {
    const { element } = parseDocument(failureXml(condition, 'a & b'))
    assert.ok(element.is('failure', NS.sasl) && element.getChild(condition, NS.sasl))
    assert.equal(element.getChildText('text', NS.sasl), 'a & b')
  }
})
