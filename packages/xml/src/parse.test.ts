import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS, type XmlLimits } from './limits.ts'
import { parseElement } from './parse.ts'
import { scopeOf } from './scope.ts'
import { type XmlCondition, XmlError } from './xml-error.ts'

const STREAM = {
  defaultNs: 'jabber:client',
  prefixes: new Map([['stream', 'http://etherx.jabber.org/streams']]),
}

function parse(xml: string | Buffer, limits?: XmlLimits) {
  return parseElement(Buffer.from(xml), STREAM, limits)
}

function refused(xml: string | Buffer, condition: XmlCondition, limits?: XmlLimits): void {
  assert.throws(
    () => parse(xml, limits),
    (error) => error instanceof XmlError && error.condition === condition,
    xml.toString(),
  )
}

const text = (xml: string) => parse(xml).element.getText()

const MALFORMED: readonly string[] = [
  '',
  'text',
  ' <a/>',
  '<a/> ',
  '<a/><b/>',
  '<a>',
  '<a',
  '<a b',
  '<a b=',
  "<a b='",
  "<a b='c'",
  '<a></b>',
  '<a></A>',
  '<a></ab>',
  '<ab></a>',
  '<a></a',
  '<a></ a>',
  "<a></a b='c'>",
  '<a><b></a></b>',
  '</a>',
  '< a/>',
  '<>',
  '</>',
  '<a/ >',
  '<a / b>',
  '<1a/>',
  '<-a/>',
  '<.a/>',
  '<a$/>',
  '<a b=c/>',
  "<a b='c/>",
  '<a b=\'c"/>',
  "<a b='<'/>",
  "<a b='1'c='2'/>",
  "<a b='1' b='2'/>",
  "<a b = '1' b = '2'/>",
  '<a b/>',
  "<a ='b'/>",
  "<a b=='c'/>",
  "<a 1b='c'/>",
  '<a>&</a>',
  '<a>& </a>',
  '<a>&amp</a>',
  '<a>&;</a>',
  '<a>&1;</a>',
  "<a b='&'/>",
  '<a>&#0;</a>',
  '<a>&#x0;</a>',
  '<a>&#8;</a>',
  '<a>&#xD800;</a>',
  '<a>&#xFFFE;</a>',
  '<a>&#x110000;</a>',
  '<a>&#99999999999999999999;</a>',
  '<a>&#;</a>',
  '<a>&#x;</a>',
  '<a>&#X41;</a>',
  '<a>&#4 1;</a>',
  '<a>&#-1;</a>',
  '<a>]]></a>',
  '<a>x]]]></a>',
  '<a>\u0000</a>',
  '<a>\u0001</a>',
  '<a>\u000b</a>',
  '<a>\u001f</a>',
  '<a>\ufffe</a>',
  '<a>\uffff</a>',
  "<a b='\u0001'/>",
  "<a b='\uffff'/>",
  '<a><![CDATA[\u0001]]></a>',
  '<a><![CDATA[\uffff]]></a>',
  '<a><![CDATA[x</a>',
  '<a><![CDATA[x]]</a>',
  '<a><![cdata[x]]></a>',
  '<a><!x></a>',
  '<a>\u00d7</\u00d7>',
  '<\u00d7/>',
  '<a\u037e/>',
  // Namespaces in XML 1.0
  '<a:/>',
  '<:a/>',
  '<a:b:c/>',
  '<a::b/>',
  "<a :b='c'/>",
  "<a xmlns:='b'/>",
  '<a:1b xmlns:a="c"/>',
  "<a xmlns:b=''/>",
  "<a xmlns:xml='urn:x'/>",
  "<a xmlns:xmlns='urn:x'/>",
  "<a xmlns:b='http://www.w3.org/XML/1998/namespace'/>",
  "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
  "<a xmlns:b='http://www.w3.org/2000/xmlns/'/>",
  "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
  '<xmlns:a/>',
  '<xmlns/>',
  "<a xmlns:b='u' xmlns:c='u' b:d='1' c:d='2'/>",
  "<a xmlns:b='u' b:d='1' b:d='2'/>",
  "<a xml:lang='a' xml:lang='b'/>",
]

test('malformed elements are refused as not-well-formed', () => {
  for (const xml of MALFORMED) refused(xml, 'not-well-formed')
})

test('bytes that are not UTF-8 are refused as not-well-formed', () => {
  const bad = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80]]
  for (const bytes of bad) {
    refused(Buffer.concat([Buffer.from('<a>'), Buffer.from(bytes), Buffer.from('</a>')]), 'not-well-formed')
  }
})

test('what XMPP forbids is refused as restricted-xml', () => {
  for (const xml of [
    '<a><!-- x --></a>',
    '<a><!----></a>',
    '<a><?x y?></a>',
    "<a><?xml version='1.0'?></a>",
    '<a><!DOCTYPE x></a>',
    '<a>&foo;</a>',
    '<a>&nbsp;</a>',
    '<a>&\u00e9;</a>',
    "<a b='&foo;'/>",
  ]) {
    refused(xml, 'restricted-xml')
  }
})

test('prefixes that are not declared are refused as bad-namespace-prefix', () => {
  for (const xml of [
    '<b:a/>',
    '<a><b:c/></a>',
    "<a b:c='d'/>",
    "<a><b xmlns:c='u'/><c:d/></a>",
    "<a><c:b xmlns:d='u'/></a>",
  ]) {
    refused(xml, 'bad-namespace-prefix')
  }
})

test('limits are policy-violation', () => {
  const limits = { ...DEFAULT_LIMITS, depth: 3, attributes: 2, nameLength: 4 }
  parse('<a><b><c/></b></a>', limits)
  refused('<a><b><c><d/></c></b></a>', 'policy-violation', limits)
  parse("<a b='1' c='2'/>", limits)
  refused("<a b='1' c='2' d='3'/>", 'policy-violation', limits)
  parse('<abcd/>', limits)
  refused('<abcde/>', 'policy-violation', limits)
  refused("<a abcde='1'/>", 'policy-violation', limits)
  const declarations = (level: number) => Array.from({ length: 60 }, (_, i) => ` xmlns:p${level}-${i}='u'`).join('')
  refused(`<a${declarations(0)}><a${declarations(1)}><a${declarations(2)}/></a></a>`, 'policy-violation')
})

test('text is decoded', () => {
  assert.equal(text('<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#x1F980;</a>'), `<>&"'AB\u{1f980}`)
  assert.equal(text('<a>1\r\n2\r3\n4\r\r\n5</a>'), '1\n2\n3\n4\n\n5')
  assert.equal(text('<a>&#13;&#10;&#9;</a>'), '\r\n\t')
  assert.equal(text('<a>]] > ]&gt; ]]&gt;</a>'), ']] > ]> ]]>')
  assert.equal(text('<a>\u0085\u2028\u00a0é\u{1f980}\ufffd</a>'), '\u0085\u2028\u00a0é\u{1f980}\ufffd')
  assert.equal(text('<a><![CDATA[<b>&amp;\r\n]]]]><![CDATA[>]]></a>'), '<b>&amp;\n]]>')
})

test('text around CDATA and references is one node', () => {
  assert.deepEqual(parse('<a>1<![CDATA[2]]>3&#52;</a>').element.children, ['1234'])
  assert.deepEqual(parse('<a><![CDATA[]]></a>').element.children, [])
})

test('attribute values are normalised', () => {
  const { attrs } = parse("<a b='1\t2\n3\r\n4\r5' c=\"&#10;'&quot;\" d = 'e'\n f=''/>").element
  assert.deepEqual({ ...attrs }, { b: '1 2 3 4 5', c: '\n\'"', d: 'e', f: '', xmlns: 'jabber:client' })
})

test('attributes named like members of objects are plain attributes', () => {
  const { attrs } = parse("<a __proto__='1' constructor='2' toString='3' hasOwnProperty='4'/>").element
  assert.equal(Object.getOwnPropertyDescriptor(attrs, '__proto__')?.value, '1')
  assert.equal(attrs.constructor as unknown, '2')
  refused("<a __proto__='1' __proto__='2'/>", 'not-well-formed')
  refused("<a constructor='1' constructor='2'/>", 'not-well-formed')
})

test('names beyond ASCII follow XML 1.0', () => {
  assert.equal(parse("<é·̀ 名='1'/>").element.name, 'é·̀')
  assert.equal(parse('<\u{10000}/>').element.name, '\u{10000}')
  refused('<·a/>', 'not-well-formed')
  refused('<\u{f0000}/>', 'not-well-formed')
})

test('namespaces resolve in the tree, which stands alone', () => {
  const { element, namespace, name } = parse(
    "<a><b xmlns='u'><c/><d xmlns=''><e/></d></b><x:f xmlns:x='v'><g/></x:f></a>",
  )
  assert.deepEqual([name, namespace], ['a', 'jabber:client'])
  assert.equal(element.getNS(), 'jabber:client')
  const b = element.getChild('b', 'u')!
  assert.equal(b.getChild('c')?.getNS(), 'u')
  assert.equal(b.getChild('d')?.getNS(), '')
  assert.equal(b.getChild('d')?.getChild('e')?.getNS(), '')
  assert.equal(element.getChild('f', 'v')?.getChild('g')?.getNS(), 'jabber:client')
  const outer = parse('<stream:features><stream:x/></stream:features>')
  assert.equal(outer.namespace, 'http://etherx.jabber.org/streams')
  assert.equal(outer.element.getNS(), 'http://etherx.jabber.org/streams')
  assert.equal(parseElement(Buffer.from(outer.element.toString()), scopeOf('')).namespace, outer.namespace)
})

test('the payload is what stands between the root tags, in bytes', () => {
  for (const xml of [
    "<a é='é'><b>é</b>\u{1f980}</a>",
    '<a><b/></a>',
    "<a b='>'>x</a >",
    '<a></a>',
    '<a/>',
    '<é><b/></é>',
  ]) {
    const bytes = Buffer.from(xml)
    const { payloadStart, payloadEnd } = parse(xml)
    const expected = xml.endsWith('/>')
      ? ''
      : xml.slice(xml.indexOf('>', xml.indexOf("'>'") + 3) + 1, xml.lastIndexOf('</'))
    assert.equal(bytes.subarray(payloadStart, payloadEnd).toString(), expected, xml)
  }
})

test('children are named in Clark notation', () => {
  const { children } = parse("<a><b/>x<c xmlns='u'><d/></c><x:e xmlns:x='v'/><stream:f/><g xmlns=''/></a>")
  assert.deepEqual(children, ['{jabber:client}b', '{u}c', '{v}e', '{http://etherx.jabber.org/streams}f', '{}g'])
})

test('canonical tells whether the payload can stand anywhere', () => {
  const canonical = [
    '<a/>',
    "<a xmlns='jabber:server'><b/><c xmlns='u'/></a>",
    "<a xml:lang='en'><b xml:lang='de'/></a>",
    "<a><x:b xmlns:x='u' x:c='1'/></a>",
    "<a xmlns:x='u' x:b='1'/>",
    "<a><f xmlns='u'><b xmlns='jabber:client'/></f></a>",
    '<a><![CDATA[x]]><b/></a>',
  ]
  const other = [
    "<x:a xmlns:x='u'/>",
    '<a><stream:b/></a>',
    "<a xmlns:x='u'><x:b/></a>",
    "<a xmlns:x='u'><b x:c='1'/></a>",
    "<a><b xmlns='jabber:client'/></a>",
    "<a><x:b xmlns:x='jabber:client'/></a>",
  ]
  for (const xml of canonical) assert.equal(parse(xml).canonical, true, xml)
  for (const xml of other) assert.equal(parse(xml).canonical, false, xml)
})
