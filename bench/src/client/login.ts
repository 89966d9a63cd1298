import { Connection } from './connection.ts'
import type { Account, Endpoint } from './endpoint.ts'
import { SCRAM_DIGESTS, ScramExchange, type ScramKeyCache } from './scram.ts'
import { attribute, childText } from './xml-text.ts'

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls'
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
const NS_SM = 'urn:xmpp:sm:3'

/** How clients log in: what they offer and keep between logins. */
export interface LoginOptions {
  /** SASL mechanisms, the preferred one first. */
  readonly mechanisms: readonly string[]
  readonly resource: string
  readonly streamManagement: boolean
  readonly keys: ScramKeyCache
}

async function expect(connection: Connection, name: string, doing: string): Promise<string> {
  const xml = await connection.next()
  if (!xml.startsWith(`<${name}`)) throw new Error(`${doing}: expected <${name}>, got ${xml.slice(0, 300)}`)
  return xml
}

async function features(connection: Connection): Promise<string> {
  connection.openStream()
  return expect(connection, 'stream:features', 'opening a stream')
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decode(text: string | undefined): string {
  return Buffer.from(text ?? '', 'base64').toString()
}

async function plain(connection: Connection, account: Account): Promise<void> {
  const response = encode(`\0${account.name}\0${account.password}`)
  connection.write(`<auth xmlns='${NS_SASL}' mechanism='PLAIN'>${response}</auth>`)
  await expect(connection, 'success', 'PLAIN')
}

async function scram(connection: Connection, mechanism: string, exchange: ScramExchange): Promise<void> {
  connection.write(`<auth xmlns='${NS_SASL}' mechanism='${mechanism}'>${encode(exchange.first())}</auth>`)
  const challenge = await expect(connection, 'challenge', mechanism)
  const response = encode(await exchange.final(decode(childText(challenge, 'challenge'))))
  connection.write(`<response xmlns='${NS_SASL}'>${response}</response>`)
  const success = await expect(connection, 'success', mechanism)
  if (!exchange.verify(decode(childText(success, 'success')))) throw new Error('the server does not know the keys')
}

async function authenticate(
  connection: Connection,
  offer: string,
  account: Account,
  options: LoginOptions,
): Promise<void> {
  const mechanism = options.mechanisms.find((name) => offer.includes(`>${name}<`))
  if (mechanism === undefined) throw new Error(`no SASL mechanism in common: ${offer.slice(0, 600)}`)
  const digest = SCRAM_DIGESTS[mechanism]
  if (digest === undefined) await plain(connection, account)
  else await scram(connection, mechanism, new ScramExchange(digest, account, options.keys))
}

/** An authenticated and bound stream. */
export interface LoggedIn {
  readonly connection: Connection
  /** The full JID that the server bound. */
  readonly jid: string
}

/**
 * Connects, secures, authenticates and binds, each step as RFC 6120 orders it; asks for XEP-0198 when wanted.
 * Rejects with the server's answer when a step is refused.
 */
export async function logIn(endpoint: Endpoint, account: Account, options: LoginOptions): Promise<LoggedIn> {
  const connection = await Connection.open(endpoint)
  let offer = await features(connection)
  if (endpoint.security === 'starttls') {
    connection.write(`<starttls xmlns='${NS_TLS}'/>`)
    await expect(connection, 'proceed', 'STARTTLS')
    await connection.secure()
    offer = await features(connection)
  }
  await authenticate(connection, offer, account, options)
  offer = await features(connection)
  const resource = `<resource>${options.resource}</resource>`
  connection.write(`<iq type='set' id='bind'><bind xmlns='${NS_BIND}'>${resource}</bind></iq>`)
  const bound = await expect(connection, 'iq', 'binding')
  const jid = childText(bound, 'jid')
  if (jid === undefined || attribute(bound, 'type') !== 'result') throw new Error(`binding failed: ${bound}`)
  if (options.streamManagement) {
    connection.write(`<enable xmlns='${NS_SM}' resume='true'/>`)
    await expect(connection, 'enabled', 'XEP-0198')
  }
  return { connection, jid }
}
