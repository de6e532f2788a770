// A client process of its own that holds Pings: no process may have more sockets than the system lets it open, and the one
// that measures must not wait for them. It does what `holders.ts` tells it, and ends with it.
import { Connection, type Door } from './connection.ts';
import { moment } from './moment.ts';
import { type Login, Phone } from './phone.ts';

export interface HeldPhone {
  readonly login: Login;
  readonly id: string;
}
export type Order =
  | { readonly hold: readonly HeldPhone[]; readonly door: Door; readonly from: string; readonly seconds: number }
  | { readonly release: number };
/** `answers`: which of its Pings, in the order in which they were held, when, and the HTTP status; 0: it broke. */
export type Report = { readonly held: number } | { readonly answers: readonly (readonly [number, number, number])[] };

const lanes = 8;
const patience = 5;
const connections: Connection[] = [];
let reported: [number, number, number][] = [];

function tell(report: Report): void {
  process.send!(report);
}

function answered(n: number, status: number): void {
  if (reported.length === 0) {
    setTimeout(() => {
      tell({ answers: reported });
      reported = [];
    }, 2);
  }
  reported.push([n, moment(), status]);
}

/** As a phone: what is not accepted is tried again. */
async function opened(door: Door, from: string): Promise<Connection> {
  for (let tries = 1; ; tries++) {
    try {
      return await Connection.open(door, from);
    } catch (error) {
      if (tries === patience) throw error;
    }
  }
}

async function hold({ hold: phones, door, from, seconds }: Extract<Order, { hold: unknown }>): Promise<void> {
  const first = connections.length;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < phones.length) {
      const n = next++;
      const { login, id } = phones[n]!;
      const connection = await opened(door, from);
      connections[first + n] = connection;
      connection.send(new Phone(login, id).pingRequest(seconds)).then(
        ({ status }) => answered(first + n, status),
        () => answered(first + n, 0),
      );
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  tell({ held: phones.length });
}

process.on('message', (order: Order) => {
  if ('hold' in order) {
    hold(order).catch((error) => {
      console.error(error);
      process.exit(1);
    });
  } else for (const connection of connections.slice(0, order.release)) connection.close();
});
process.on('disconnect', () => process.exit());
