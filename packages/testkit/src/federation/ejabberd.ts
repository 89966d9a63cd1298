import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { aptInstall, findBinary } from '../infrastructure/binaries.ts'
import { type OtherPorts, OtherServer, type OtherServerOptions } from './other-server.ts'

/** Whether ejabberd is there, installing Debian's package when this is root on Debian. */
export function ejabberdAvailable(say: (line: string) => void = () => {}): boolean {
  const isThere = () => findBinary('ejabberdctl') !== undefined && findBinary('erl') !== undefined
  return isThere() || (aptInstall('ejabberd', say) && isThere())
}

export async function startEjabberd(options: OtherServerOptions): Promise<OtherServer> {
  const ports: OtherPorts = { c2s: await freePort(), s2s: await freePort(), s2sTls: await freePort() }
  const epmd = await freePort()
  return OtherServer.start(options, ports, async (dir) => {
    const [config, inetrc] = [join(dir, 'ejabberd.yml'), join(dir, 'inetrc')]
    await mkdir(join(dir, 'spool'))
    await writeFile(config, configOf(options, ports))
    await writeFile(inetrc, `{resolv_conf, ""}.\n{nameserver, {127,0,0,1}, ${options.dnsPort}}.\n{lookup, [dns]}.\n`)
    const vm = ['-sname', 'other@localhost', '-noinput', '-kernel', 'inet_dist_use_interface', '{127,0,0,1}']
    const own = ['-mnesia', 'dir', `"${join(dir, 'spool')}"`, '-kernel', 'inetrc', `"${inetrc}"`, '-s', 'ejabberd']
    const env = {
      HOME: dir,
      ERL_LIBS: '/usr/lib/x86_64-linux-gnu',
      ERL_EPMD_PORT: String(epmd),
      EJABBERD_CONFIG_PATH: config,
      EJABBERD_LOG_PATH: join(dir, 'ejabberd.log'),
    }
    return [
      { command: 'epmd', args: ['-port', String(epmd), '-address', '127.0.0.1', '-relaxed_command_check'] },
      { command: 'erl', args: [...vm, ...own], env },
    ]
  })
}

function configOf({ domain, certificate, authorities, authentication }: OtherServerOptions, ports: OtherPorts): string {
  return `loglevel: info
hosts: ["${domain}"]
certfiles: ["${certificate}"]
ca_file: "${authorities}"
s2s_use_starttls: required
s2s_cafile: "${authorities}"
auth_password_format: scram
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2"]
listen:
  - { port: ${ports.c2s}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: true, access: all }
  - { port: ${ports.s2s}, ip: "127.0.0.1", module: ejabberd_s2s_in }
  - { port: ${ports.s2sTls}, ip: "127.0.0.1", module: ejabberd_s2s_in, tls: true }
acl:
  local: { user_regexp: "" }
access_rules:
  local: { allow: local }
registration_timeout: infinity
modules:
  mod_disco: {}
  mod_ping: {}
  mod_register: { ip_access: all, access_from: allow }
  mod_roster: {}
  mod_multicast: {}
  mod_muc: { host: "rooms.@HOST@", access_create: all, default_room_options: { persistent: false } }
${authentication === 'dialback' ? '  mod_s2s_dialback: {}\n' : ''}`
}
