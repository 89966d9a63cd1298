import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { aptInstall, findBinary } from '../infrastructure/binaries.ts'
import { type OtherPorts, OtherServer, type OtherServerOptions } from './other-server.ts'

const UNBOUND = '/usr/share/doc/lua-unbound'

/** Whether Prosody is there, installing Debian's packages when this is root on Debian. */
export function prosodyAvailable(say: (line: string) => void = () => {}): boolean {
  const isThere = () => findBinary('prosody') !== undefined && existsSync(UNBOUND)
  return isThere() || (aptInstall('prosody', say) && aptInstall('lua-unbound', say) && isThere())
}

export async function startProsody(options: OtherServerOptions): Promise<OtherServer> {
  const ports: OtherPorts = { c2s: await freePort(), s2s: await freePort(), s2sTls: await freePort() }
  return OtherServer.start(options, ports, async (dir) => {
    const config = join(dir, 'prosody.cfg.lua')
    await mkdir(join(dir, 'data'))
    await writeFile(config, configOf(options, ports, dir))
    return [{ command: findBinary('prosody')!, args: ['--config', config, '-F'] }]
  })
}

function configOf(
  { domain, certificate, authorities, authentication, dnsPort, isTwoWay = false }: OtherServerOptions,
  ports: OtherPorts,
  dir: string,
): string {
  const withBoth = isTwoWay ? '"s2s_bidi"; ' : ''
  const without = [isTwoWay ? '' : '"s2s_bidi"; ', authentication === 'dialback' ? '' : '"dialback";'].join('')
  return `
run_as_root = true
data_path = "${join(dir, 'data')}"
pidfile = "${join(dir, 'prosody.pid')}"
log = { info = "*console" }
interfaces = { "127.0.0.1" }
modules_enabled = { "roster"; "saslauth"; "tls"; "disco"; "ping"; "register"; "presence"; "message"; "iq"; "pep"; "posix"; "smacks"; ${withBoth}${
    authentication === 'dialback' ? '"dialback";' : ''
  } }
modules_disabled = { ${without} }
allow_registration = true
registration_throttle_max = 1000
c2s_ports = { ${ports.c2s} }
c2s_direct_tls_ports = {}
s2s_ports = { ${ports.s2s} }
s2s_direct_tls_ports = { ${ports.s2sTls} }
s2s_require_encryption = true
s2s_secure_auth = ${authentication === 'certificates'}
unbound = { resolvconf = false; hoststxt = false; forward = { "127.0.0.1@${dnsPort}" } }
ssl = { certificate = "${certificate}"; key = "${certificate}"; cafile = "${authorities}" }
VirtualHost "${domain}"
Component "rooms.${domain}" "muc"
modules_disabled = { ${without} }
muc_room_default_public = true
restrict_room_creation = false
muc_room_locking = false
`
}
