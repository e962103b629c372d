"""A mail server that is none of ours (aiosmtpd): keeps each message as a file, and speaks TLS and asks for a password as told.

usage: mail_server.py FOLDER plain|starttls|tls|silent [CERTIFICATE KEY [USER PASSWORD]]

The first line of standard output is the port; it ends when standard input ends.
"""

import asyncio
import pathlib
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult


class Keeper:
    def __init__(self, folder):
        self.folder, self.count = pathlib.Path(folder), 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        head = f"protected: {server.transport.get_extra_info('sslcontext') is not None}\nfrom: {envelope.mail_from}\nto: {','.join(envelope.rcpt_tos)}\n"
        beside = self.folder / f"{self.count}.new"
        beside.write_bytes(head.encode() + envelope.content)
        beside.rename(self.folder / f"{self.count}.eml")
        return "250 kept"


class Silent(asyncio.Protocol):
    """Takes the connection and never says a word."""


def main():
    folder, mode, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
    context = None
    if rest:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(rest[0], rest[1])
    arguments = {}
    if len(rest) > 2:
        expected = (rest[2].encode(), rest[3].encode())

        def judge(server, session, envelope, mechanism, data):
            right = (data.login, data.password) == expected
            # “Handled” would mean that the refusal was spoken already.
            return AuthResult(success=right, handled=right)

        arguments = {"authenticator": judge, "auth_required": True, "auth_require_tls": True}
    if mode == "starttls":
        arguments.update(tls_context=context, require_starttls=True)
    keeper = Keeper(folder)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def protocol():
        return Silent() if mode == "silent" else SMTP(keeper, loop=loop, **arguments)

    listening = loop.create_server(protocol, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    server = loop.run_until_complete(listening)
    print(server.sockets[0].getsockname()[1], flush=True)

    def ended():
        sys.stdin.read()
        loop.call_soon_threadsafe(loop.stop)

    threading.Thread(target=ended, daemon=True).start()
    loop.run_forever()


main()
