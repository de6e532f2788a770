import type { RequestHandler } from 'express';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

/**
 * One line per request, when its answer is out or its peer gone. Handlers add to `res.locals.line`. Of the query only what
 * the endpoint notes is logged, of the headers nothing.
 */
export function accessLog(log: Log, clock: Clock): RequestHandler {
  return (req, res, next) => {
    const started = clock.now();
    const { bytesWritten } = req.socket;
    res.locals.line = {};
    res.on('close', () => {
      const line = { ...res.locals.line };
      const quiet = req.path === '/healthz' || req.path === '/readyz';
      log[quiet ? 'debug' : 'info']('request', {
        method: req.method,
        path: req.path,
        remote: res.locals.peer?.address,
        account: res.locals.user?.address,
        ...line,
        status: res.writableFinished ? res.statusCode : undefined,
        hungUp: res.writableFinished ? undefined : true,
        ms: clock.now() - started,
        in: Number(req.headers['content-length'] ?? 0),
        out: req.socket.bytesWritten - bytesWritten,
      });
    });
    next();
  };
}
