import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Element as LtxElement } from 'ltx'
import { Element } from './element.ts'
import { parseDocument } from './parse-document.ts'
import { serialize } from './serialize.ts'
import { serializeContent } from './serialize-content.ts'

const content = (xml: string) => {
  const { element } = parseDocument(xml)
  return serializeContent(element.children, element.getNS() ?? '', 'jabber:client')
}

test('elements of ltx and ours are written alike, empty attributes left out', () => {
  const tree = new LtxElement('a', { b: "'", n: 1, none: undefined, null: null })
  tree.c('c').t('<')
  tree.append(5 as never)
  assert.equal(serialize(tree), "<a b='&apos;' n='1'><c>&lt;</c>5</a>")
  assert.equal(new Element('a', { b: '1' }).toString(), "<a b='1'/>")
})

test('content in the root namespace loses prefixes and declarations', () => {
  const { xml, children } = content(
    "<s:message xmlns:s='jabber:server' xmlns='other'><s:body>x</s:body><t xmlns='jabber:server'/><u/><v xmlns=''/></s:message>",
  )
  assert.equal(xml, "<body>x</body><t/><u xmlns='other'/><v xmlns=''/>")
  assert.deepEqual(children, ['{jabber:client}body', '{jabber:client}t', '{other}u', '{}v'])
})

test('a prefix declared outside is declared where it is used, once', () => {
  const { xml } = content(
    "<r xmlns='c' xmlns:p='u' xmlns:q='w'><p:a p:b='1'><p:c q:d='2'/></p:a><e q:f='3' xml:lang='en'/></r>",
  )
  assert.equal(xml, "<p:a p:b='1' xmlns:p='u'><p:c q:d='2' xmlns:q='w'/></p:a><e q:f='3' xml:lang='en' xmlns:q='w'/>")
})

test('the root namespace below another one stays declared', () => {
  const { xml } = content("<r xmlns='c'><f xmlns='u'><r xmlns='c'><b/></r></f></r>")
  assert.equal(xml, "<f xmlns='u'><r xmlns='c'><b/></r></f>")
})

test('built elements without a namespace inherit the root one', () => {
  const { xml, children } = serializeContent(
    [new Element('body').t('x'), 'y<', new LtxElement('q', { xmlns: 'u' })],
    'c',
  )
  assert.equal(xml, "<body>x</body>y&lt;<q xmlns='u'/>")
  assert.deepEqual(children, ['{c}body', '{u}q'])
})
