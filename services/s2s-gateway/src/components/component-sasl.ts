import { type BareJid, type Domain, parseDomain } from '@heliograph/jid'
import {
  type Dialogue,
  decodeBase64,
  decodeInitialResponse,
  type SaslCondition,
  type Step,
  type Success,
  startDialogue,
} from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { SaslDialect } from './sasl-dialect.ts'

/** SASL of a component (RFC 6120 §6, XEP-0225 §3): its name is its hostname. */
export class ComponentSasl {
  readonly #dialect: SaslDialect
  #dialogue: Dialogue | undefined
  #failures = 0

  constructor(dialect: SaslDialect) {
    this.#dialect = dialect
  }

  element({ name, element }: ParsedElement): void {
    const text = element.getText()
    switch (name) {
      case 'auth':
        return this.#start(element.attrs.mechanism ?? '', decodeInitialResponse(text))
      case 'response':
        // RFC 6120 §6.4.3: an empty response may be written as '='.
        return this.#respond(text === '=' ? Buffer.alloc(0) : decodeBase64(text))
      case 'abort':
        return this.#fail('aborted')
      default:
        this.#dialect.stream.refuse({ condition: 'unsupported-stanza-type' })
    }
  }

  #start(mechanism: string, input: Buffer | null | undefined): void {
    const { stream, local, bindings, mechanisms } = this.#dialect
    const { context, address } = stream
    const dialogue = startDialogue(
      mechanism,
      { domain: local, source: address, credentials: context.credentials, bindings, offered: mechanisms, identityOf },
      (error) => context.events.failed(error),
    )
    if (input === undefined) return this.#fail('incorrect-encoding')
    if ('condition' in dialogue) return this.#fail(dialogue.condition)
    this.#dialogue = dialogue
    this.#advance(dialogue, input)
  }

  #respond(input: Buffer | undefined): void {
    if (this.#dialogue === undefined) this.#fail('malformed-request')
    else if (input === undefined) this.#fail('incorrect-encoding')
    else this.#advance(this.#dialogue, input)
  }

  /** Nothing more is read until it has answered. */
  #advance(dialogue: Dialogue, input: Buffer | null): void {
    const { stream } = this.#dialect
    stream.xml.hold()
    dialogue
      .step(input)
      .then((step) => {
        if (stream.xml.over) return
        this.#answer(step)
        stream.xml.release()
      })
      .catch((error: unknown) => {
        stream.failed(error)
        stream.refuse({ condition: 'internal-server-error' })
      })
  }

  #answer(step: Step): void {
    const { xml } = this.#dialect.stream
    if (step.type === 'success') this.#succeed(step)
    else if (step.type === 'challenge') xml.write(`<challenge xmlns='${NS.sasl}'>${encoded(step.data)}</challenge>`)
    else this.#fail(step.condition)
  }

  #succeed({ identity, data }: Success): void {
    const { stream } = this.#dialect
    const definition = stream.context.definitions.get(identity as string as Domain)!
    const error = this.#dialect.authenticated(definition)
    if (error !== undefined) return stream.refuse(error)
    const said = data === undefined ? '' : encoded(data)
    stream.xml.write(`<success xmlns='${NS.sasl}'>${said}</success>`)
    stream.xml.restart(stream.context.xml)
  }

  /** RFC 6120 §6.4.5: it may try again, a few times. */
  #fail(condition: SaslCondition): void {
    const { stream } = this.#dialect
    this.#dialogue = undefined
    stream.xml.write(`<failure xmlns='${NS.sasl}'><${condition}/></failure>`)
    if (++this.#failures < stream.context.config.limits.authAttempts) return
    stream.refuse({ condition: 'policy-violation', text: `too many failed authentications: ${condition}` })
  }
}

/** XEP-0225 §3: "it MUST be of the form <domain>". */
function identityOf(name: string): BareJid | undefined {
  return parseDomain(name) as string | undefined as BareJid | undefined
}

/** RFC 6120 §6.4.3: no bytes are written as '='. */
function encoded(data: Buffer): string {
  return data.length === 0 ? '=' : data.toString('base64')
}
