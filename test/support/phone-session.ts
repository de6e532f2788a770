// A phone's account without its data: who it is, how it posts a command, how it sets itself up. Every request can be
// repeated byte for byte when its answer was lost, as real phones do.
import { setTimeout as pause } from 'node:timers/promises';
import {
  buildBase64Query,
  type CommandName,
  commandShapes,
  decode,
  defaultLimits,
  type Element,
  encodeToBuffer,
  isWbxmlType,
  type Node,
  provision,
  type QueryParameters,
  type ReadOf,
  rank,
  read,
  type ShapedCommand,
  settings,
  type Version,
  write,
} from '../../protocol/index.ts';
import { Breach, type Cut, type HttpAnswer, Line, LostAnswer } from './phone-http.ts';

export interface PhoneOptions {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly deviceId?: string;
  readonly deviceType?: string;
  readonly userAgent?: string;
  readonly version: Version;
  /** The form of the query: plain text, or base64 of bytes. */
  readonly query?: 'plain' | 'base64';
  /** Milliseconds in which a request is repeated when its answer is lost; 0: LostAnswer is thrown. */
  readonly patience?: number;
}

/** What may happen to the line of one request; asked for every try. */
export type Network = (command: string, attempt: number) => Cut | undefined;

const agents: Readonly<Record<string, string>> = {
  iPhone: 'Apple-iPhone16C2/2206.76',
  Android: 'Android-Mail/2026.01',
};
/** The policy is a document, before 12.0 a text. */
const policyTypes = { document: 'MS-EAS-Provisioning-WBXML', text: 'MS-WAP-Provisioning-XML' };

export class PhoneSession {
  readonly user: string;
  readonly deviceId: string;
  readonly version: Version;
  policyKey = '0';
  patience: number;
  network: Network = () => undefined;
  /** Answers that were lost and asked for again. */
  repeats = 0;
  readonly #options: PhoneOptions;
  readonly #line: Line;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.user = options.user;
    this.deviceId = options.deviceId ?? 'EASELPHONE0000000000000001';
    this.version = options.version;
    this.patience = options.patience ?? 0;
    this.#line = new Line(options.url, options.user, options.password);
  }

  /** Breaks all of its connections: what waits is lost. */
  hangUp(): void {
    this.#line.hangUp();
  }

  /** The lists that the server announces. */
  async options(): Promise<{ versions: string[]; commands: string[] }> {
    const headers = { 'X-MS-PolicyKey': '0', 'User-Agent': this.#userAgent };
    const answer = await this.#insist('OPTIONS', (cut) =>
      this.#line.send({ method: 'OPTIONS', query: '', headers, body: Buffer.alloc(0) }, cut),
    );
    if (answer.status !== 200) throw new Breach(`OPTIONS: HTTP ${answer.status}`);
    const list = (name: string) => (answer.headers[name] ?? '').split(',').filter((word) => word !== '');
    return { versions: list('ms-asprotocolversions'), commands: list('ms-asprotocolcommands') };
  }

  /** Asks for the policy, takes it, and keeps the key. Gives both keys. */
  async provision(): Promise<{ temporary: string; final: string }> {
    this.policyKey = '0';
    const policyType = this.isBefore('12.0') ? policyTypes.text : policyTypes.document;
    const first = await this.call('Provision', provision, {
      DeviceInformation: { Set: this.#information },
      Policies: { Policy: { PolicyType: policyType } },
    });
    const offered = first?.Policies?.Policy;
    if (first?.Status !== 1 || offered?.Status !== 1 || !offered.PolicyKey || !offered.Data) {
      throw new Breach(`Provision, first phase: ${JSON.stringify(first)}`);
    }
    this.policyKey = offered.PolicyKey;
    const second = await this.call('Provision', provision, {
      Policies: { Policy: { PolicyType: policyType, PolicyKey: offered.PolicyKey, Status: 1 } },
    });
    const given = second?.Policies?.Policy;
    if (second?.Status !== 1 || given?.Status !== 1 || !given.PolicyKey || given.Data) {
      throw new Breach(`Provision, second phase: ${JSON.stringify(second)}`);
    }
    this.policyKey = given.PolicyKey;
    return { temporary: offered.PolicyKey, final: given.PolicyKey };
  }

  /** Tells what the device is and asks who the user is, in one request. */
  async settings(): Promise<ReadOf<typeof settings.response>> {
    const answer = await this.call('Settings', settings, {
      UserInformation: { Get: true },
      DeviceInformation: { Set: this.#information },
    });
    if (!answer) throw new Breach('Settings: an empty answer');
    return answer;
  }

  isBefore(version: Version): boolean {
    return rank(this.version) < rank(version);
  }

  /** A command of up to 12.1 whose body, when it has one, is a message and whose rest stands in the query. */
  async postPlain(command: CommandName, parameters: QueryParameters, mime?: Buffer): Promise<HttpAnswer> {
    const request = {
      method: 'POST' as const,
      query: this.#query(command, parameters),
      headers: this.#headers(command, mime && 'message/rfc822'),
      body: mime ?? Buffer.alloc(0),
    };
    return this.#insist(command, (options) => this.#line.send(request, options));
  }

  /** One command with a body by its schema; undefined for an empty answer. */
  async call<Request extends Node, Response extends Node>(
    command: ShapedCommand,
    shape: { readonly request: Request; readonly response: Response },
    value: Parameters<typeof write<Request>>[1] | undefined,
    signal?: AbortSignal,
  ): Promise<ReadOf<Response> | undefined> {
    const root = value === undefined ? undefined : write(shape.request, value, { version: this.version });
    const answer = await this.post(command, root, signal);
    if (!answer) return undefined;
    const { value: told, unknown } = read(shape.response, answer, { version: this.version });
    if (unknown.length > 0) throw new Breach(`${command}: not in version ${this.version}: ${unknown.join(', ')}`);
    return told;
  }

  /** One command; throws Breach unless the answer is HTTP 200 with nothing or one WBXML document of the command. */
  async post(command: ShapedCommand, root?: Element, signal?: AbortSignal): Promise<Element | undefined> {
    const body = root ? encodeToBuffer(root) : Buffer.alloc(0);
    const request = {
      method: 'POST' as const,
      query: this.#query(command),
      headers: this.#headers(command, root && 'application/vnd.ms-sync.wbxml'),
      body,
    };
    const answer = await this.#insist(command, (options) => this.#line.send(request, options), signal);
    if (answer.status !== 200) throw new Breach(`${command}: HTTP ${answer.status}`);
    if (answer.body.length === 0) return undefined;
    if (!isWbxmlType(answer.headers['content-type'] ?? '')) throw new Breach(`${command}: not WBXML`);
    const document = decode(answer.body, { ...defaultLimits, length: 1 << 30 });
    if (document.trailing > 0) throw new Breach(`${command}: ${document.trailing} bytes behind the end`);
    if (document.root.tag !== (commandShapes[command].response as Node).tag.code) throw new Breach(`${command}: root`);
    return document.root;
  }

  async #insist(
    command: string,
    send: (options: { cut?: Cut; signal?: AbortSignal }) => Promise<HttpAnswer>,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    let deadline: number | undefined;
    for (let attempt = 1; ; attempt++) {
      const cut = this.network(command, attempt);
      try {
        return await send({ ...(cut && { cut }), ...(signal && { signal }) });
      } catch (error) {
        deadline ??= Date.now() + this.patience;
        if (!(error instanceof LostAnswer) || signal?.aborted || Date.now() >= deadline) throw error;
        this.repeats++;
        if (!cut) await pause(25); // a cut line comes back at once, a server does not
      }
    }
  }

  get #userAgent(): string {
    return this.#options.userAgent ?? agents[this.#deviceType] ?? agents.iPhone!;
  }
  get #deviceType(): string {
    return this.#options.deviceType ?? 'iPhone';
  }
  get #information() {
    const agent = this.#userAgent;
    return { Model: 'iPhone16C2', OS: 'iOS 18.5 22F76', OSLanguage: 'en', FriendlyName: 'A phone', UserAgent: agent };
  }

  #query(command: CommandName, parameters: QueryParameters = {}): string {
    const { user, deviceId, version, policyKey } = this;
    if (this.#options.query === 'base64') {
      const key = policyKey === '0' ? {} : { policyKey };
      const device = { deviceIdText: deviceId, deviceType: this.#deviceType };
      return encodeURIComponent(buildBase64Query({ version, command, user, ...device, ...key, parameters }));
    }
    const said = Object.entries(parameters).map(
      ([name, value]) => [name, value === true ? 'T' : String(value)] as const,
    );
    const fields = { User: user, DeviceId: deviceId, DeviceType: this.#deviceType, Cmd: command };
    return [...Object.entries(fields), ...said]
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
  }

  #headers(command: string, contentType: string | undefined): Record<string, string> {
    const type: Record<string, string> = contentType ? { 'Content-Type': contentType } : {};
    const agent = { 'User-Agent': this.#userAgent, Accept: '*/*', 'Accept-Language': 'en' };
    if (this.#options.query === 'base64') return { ...agent, ...type };
    const key: Record<string, string> = command === 'Ping' ? {} : { 'X-MS-PolicyKey': this.policyKey };
    return { ...agent, ...type, ...key, 'MS-ASProtocolVersion': this.version };
  }
}
