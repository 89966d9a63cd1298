/** Prints what XML costs: CPU microseconds a stanza, parsing and serialising. Run: `node bench/micro/xml.ts`. */
import { Stanza } from '@heliograph/stanza'
import { DEFAULT_LIMITS, Framer, parseElement, scopeOf, serialize } from '@heliograph/xml'

const BUDGET_MICROSECONDS = 300_000
const scope = scopeOf('jabber:client')
const header = Buffer.from(
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='example.org' version='1.0'>",
)
const base64 = Buffer.alloc(170, 'omemo').toString('base64')

const samples: Readonly<Record<string, string>> = {
  chat:
    "<message xml:lang='en' to='juliet@capulet.example/balcony' from='romeo@montague.example/orchard' type='chat' id='3f5a9c1e-07c2'>" +
    "<body>Neither, fair saint, if either thee dislike.</body><active xmlns='http://jabber.org/protocol/chatstates'/>" +
    "<origin-id xmlns='urn:xmpp:sid:0' id='3f5a9c1e-07c2'/></message>",
  umlaut:
    "<message to='juliet@capulet.example' type='chat' id='a1'><body>Grüße &amp; Küsse, schöne Löwin 🦁</body></message>",
  presence:
    "<presence from='romeo@montague.example/orchard' id='pres-1'><show>away</show><status>be right back</status><priority>5</priority>" +
    "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://client.example' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/>" +
    "<x xmlns='vcard-temp:x:update'><photo>1c4d7a2f8e3b6d5c</photo></x></presence>",
  omemo:
    "<message to='juliet@capulet.example' type='chat' id='e1'><encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='27183'>" +
    `<key rid='31415'>${base64}</key><key rid='12321'>${base64}</key><iv>BASE64ENCODED</iv></header><payload>${base64.repeat(6)}` +
    "</payload></encrypted><store xmlns='urn:xmpp:hints'/></message>",
  roster: `<iq to='romeo@montague.example/orchard' type='result' id='r1'><query xmlns='jabber:iq:roster' ver='v12'>${Array.from(
    { length: 50 },
    (_, i) =>
      `<item jid='contact${i}@example.org' name='Contact ${i}' subscription='both'><group>Friends</group></item>`,
  ).join('')}</query></iq>`,
}

/** CPU microseconds of one call, by doubling the number of calls until the budget is spent. */
function measure(call: () => void): string {
  for (let count = 256; ; count *= 2) {
    const start = process.cpuUsage()
    for (let i = 0; i < count; i++) call()
    const used = process.cpuUsage(start)
    const total = used.user + used.system
    if (total > BUDGET_MICROSECONDS) return (total / count).toFixed(2).padStart(9)
  }
}

function framer(onElement: (bytes: Buffer, flags: number) => void): Framer {
  const made = new Framer(DEFAULT_LIMITS, {
    onOpen() {},
    onElement,
    onClose() {},
    onError(error) {
      throw error
    },
  })
  made.push(header)
  return made
}

function row(name: string, xml: string): string {
  const bytes = Buffer.from(xml)
  const framing = framer(() => {})
  const parsing = framer((element, flags) => void parseElement(element, scope, DEFAULT_LIMITS, flags))
  const reading = framer((element, flags) => void Stanza.parse(element, scope, DEFAULT_LIMITS, flags))
  const stanza = Stanza.parse(bytes, scope)!
  const tree = stanza.element
  const splicer = stanza.splicer()
  const cells = [
    measure(() => framing.push(bytes)),
    measure(() => parsing.push(bytes)),
    measure(() => reading.push(bytes)),
    measure(() => void stanza.toBytes()),
    measure(() => void splicer.bytesFor('juliet@capulet.example/balcony')),
    measure(() => void serialize(tree)),
  ]
  return `${name.padEnd(10)}${String(bytes.length).padStart(6)}${cells.join('')}`
}

process.stdout.write('           bytes    frame   +parse  +stanza  toBytes   splice serialize  (CPU µs)\n')
for (const name in samples) process.stdout.write(`${row(name, samples[name]!)}\n`)
