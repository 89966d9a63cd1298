import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeAttribute, escapeText } from './escape.ts'

test('text is escaped only where it must be', () => {
  assert.equal(escapeText('plain "text" \'é\'\n\t'), 'plain "text" \'é\'\n\t')
  assert.equal(escapeText('a<b>&c\r'), 'a&lt;b&gt;&amp;c&#13;')
  assert.equal(escapeText(']]>'), ']]&gt;')
  assert.equal(escapeText(''), '')
})

test('attribute values survive quotes and white space', () => {
  assert.equal(escapeAttribute('romeo@montague.example/é'), 'romeo@montague.example/é')
  assert.equal(escapeAttribute(`<>&'"\t\n\r`), '&lt;&gt;&amp;&apos;&quot;&#9;&#10;&#13;')
})
