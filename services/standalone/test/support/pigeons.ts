import { type ForeignContact, Gateway, MemoryRegistrations, type Network } from '@heliograph/gateway'
import { type BareJid, ensureDomain } from '@heliograph/jid'
import { NS, Stanza } from '@heliograph/stanza'
import { RawComponent, type RawComponentOptions } from '@heliograph/testkit'
import { scopeOf } from '@heliograph/xml'

const CONTENT = scopeOf(NS.componentAccept)

/** A network of one nurse, who answers by pigeon. */
class Pigeons implements Network {
  deliver: (user: BareJid, contact: string, body: string) => void = () => {}

  verify: Network['verify'] = async ({ username }) => username !== 'nobody'
  logIn: Network['logIn'] = async (): Promise<readonly ForeignContact[]> => [
    { address: 'the nurse', isAvailable: true },
  ]
  logOut: Network['logOut'] = async () => {}

  send: Network['send'] = async (user, to, body) => {
    if (to !== 'the nurse') return false
    this.deliver(user, to, `coo: ${body}`)
    return true
  }
}

/** A gateway to pigeons as a component: an example of how one is made. It ends with its stream. */
export async function pigeonGateway(options: RawComponentOptions): Promise<RawComponent> {
  const component = await RawComponent.login(options)
  const network = new Pigeons()
  const gateway = new Gateway({
    domain: ensureDomain(options.domain),
    identity: { type: 'pigeon', name: 'Pigeons' },
    instructions: 'Who are you to the pigeons?',
    fields: [{ name: 'username', label: 'Name' }],
    network,
    registrations: new MemoryRegistrations(),
    send: (stanza) => component.send(stanza.toBytes()),
    failed: () => component.cut(),
  })
  network.deliver = (user, contact, body) => gateway.deliver(user, contact, body)
  void serve(component, gateway)
  return component
}

async function serve(component: RawComponent, gateway: Gateway): Promise<void> {
  for (;;) {
    const element = await component.expect(() => true, 600_000).catch(() => undefined)
    if (element === undefined) return
    const stanza = Stanza.parse(Buffer.from(String(element)), CONTENT)
    if (stanza) void gateway.receive(stanza)
  }
}
