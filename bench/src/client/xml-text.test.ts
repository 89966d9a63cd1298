import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { attribute, childText, escapeXml } from './xml-text.ts'

describe('attribute', () => {
  it('reads either kind of quote, in any order', () => {
    assert.equal(attribute(`<message to='a@b' id="k1">`, 'id'), 'k1')
    assert.equal(attribute(`<message id='k1' to="a@b">`, 'to'), 'a@b')
  })
  it('does not take one of a child for its own', () => {
    assert.equal(attribute(`<message to='a'><x id='1'/></message>`, 'id'), undefined)
  })
  it('does not take a name that only ends alike', () => {
    assert.equal(attribute(`<message stanza-id='1' id='2'/>`, 'id'), '2')
  })
})

describe('childText', () => {
  it('reads the text of the first such child', () => {
    assert.equal(childText(`<p><status xml:lang='en'>12-a</status></p>`, 'status'), '12-a')
    assert.equal(childText('<p><status/></p>', 'status'), undefined)
  })
})

describe('escapeXml', () => {
  it('escapes all five', () => assert.equal(escapeXml(`<&>'"`), '&lt;&amp;&gt;&apos;&quot;'))
})
