// Kills the server while requests are under way, at moments that a seed decides, and starts it again at once.
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '../../scripts/make-mailbox.ts';
import type { Phone } from '../support/phone.ts';
import type { ServerProcess } from '../support/server.ts';

/** Where there is something to lose. */
const worth = new Set(['Sync', 'SendMail', 'SmartReply', 'MoveItems', 'FolderSync', 'Provision', 'Ping']);

export class Chaos {
  kills = 0;
  readonly #server: ServerProcess;
  readonly #random: () => number;
  readonly #most: number;
  readonly #chance: number;
  #undisturbed = 0;
  #under: Promise<void> | undefined;
  /** In which commands it struck. */
  readonly struck: string[] = [];

  constructor(server: ServerProcess, options: { seed: number; kills: number; chance: number }) {
    this.#server = server;
    this.#random = seeded(options.seed);
    this.#most = options.kills;
    this.#chance = options.chance;
  }

  get over(): boolean {
    return this.kills >= this.#most;
  }

  /** From now on any request of that phone may be its server's last. */
  haunt(phone: Phone): void {
    phone.network = (command) => {
      if (
        worth.has(command) &&
        !this.over &&
        !this.#under &&
        this.#undisturbed === 0 &&
        this.#random() < this.#chance
      ) {
        this.struck.push(command);
        this.#under = this.#strike().finally(() => {
          this.#under = undefined;
        });
      }
      return undefined;
    };
  }

  async #strike(): Promise<void> {
    this.kills++;
    await pause(this.#random() * 12); // a command takes about as long
    await this.#server.kill9();
    await this.#server.restart();
  }

  /** Resolves when the server runs again. Throws what its start threw. */
  async settled(): Promise<void> {
    await this.#under;
  }

  /** `work` sees a server that runs. */
  undisturbed = async <T>(work: () => Promise<T>): Promise<T> => {
    this.#undisturbed++;
    try {
      await this.settled();
      return await work();
    } finally {
      this.#undisturbed--;
    }
  };
}
