import { RawComponent, type RawComponentOptions } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

export const DELEGATION = 'urn:xmpp:delegation:2'
const FORWARD = 'urn:xmpp:forward:0'
const INFO = 'http://jabber.org/protocol/disco#info'

export interface Managing {
  /** What it says at each node, as XML. */
  readonly nodes?: Readonly<Record<string, string>>
  /** Payload of the result to a request, as XML; undefined: it says nothing. */
  readonly answer?: (request: Element) => string | undefined
}

/** A component to which something is delegated (XEP-0355). */
export class ManagingComponent implements AsyncDisposable {
  readonly component: RawComponent
  /** What it was told that it is delegated. */
  readonly delegated: Element[] = []
  /** The requests that it was forwarded, with the stanzas that they came in. */
  readonly asked: { readonly outer: Element; readonly request: Element }[] = []
  readonly #managing: Managing

  private constructor(component: RawComponent, managing: Managing) {
    this.component = component
    this.#managing = managing
    void this.#serve()
  }

  static async login(options: RawComponentOptions, managing: Managing): Promise<ManagingComponent> {
    return new ManagingComponent(await RawComponent.login(options), managing)
  }

  /** Answers what it was forwarded with a stanza. */
  answer(outer: Element, iq: string): void {
    const { id, from, to } = outer.attrs
    this.component.send(
      `<iq type='result' id='${id}' from='${to}' to='${from}'><delegation xmlns='${DELEGATION}'><forwarded xmlns='${FORWARD}'>${iq}</forwarded></delegation></iq>`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.component.close()
  }

  async #serve(): Promise<void> {
    for (;;) {
      const wanted = (it: Element) =>
        (it.name === 'iq' && (it.attrs.type === 'get' || it.attrs.type === 'set')) ||
        !!it.getChild('delegation', DELEGATION)
      const element = await this.component.expect(wanted, 600_000).catch(() => undefined)
      if (element === undefined) return
      if (element.name === 'message') this.delegated.push(element)
      else if (element.getChild('query', INFO)) this.#say(element)
      else this.#forwarded(element)
    }
  }

  #say(element: Element): void {
    const { id, from, to } = element.attrs
    const node = element.getChild('query', INFO)?.attrs.node
    const said = this.#managing.nodes?.[node ?? '']
    const result = `<query xmlns='${INFO}' node='${node}'>${said}</query>`
    const error = `<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`
    this.component.send(
      `<iq type='${said === undefined ? 'error' : 'result'}' id='${id}' from='${to}' to='${from}'>${said === undefined ? error : result}</iq>`,
    )
  }

  #forwarded(outer: Element): void {
    const request = outer.getChild('delegation', DELEGATION)?.getChild('forwarded', FORWARD)?.getChild('iq') as Element
    if (!request) return
    this.asked.push({ outer, request })
    const payload = this.#managing.answer?.(request)
    if (payload !== undefined) this.answer(outer, resultOf(request, payload))
  }
}

/** What answers a request. */
export function resultOf({ attrs: { id, from, to } }: Element, payload = ''): string {
  const sender = to === undefined ? '' : ` from='${to}'`
  return `<iq xmlns='jabber:client' type='result' id='${id}' to='${from}'${sender}>${payload}</iq>`
}
