"""Yubico's host library at the card in a PC/SC reader: channels to the security domain and to the PIV application.

Standard input: one JSON object with the reader's name, two key sets (version and three keys, hexadecimal) and the PIV
management key. Standard output: one JSON object with what was seen.
"""

import json
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from smartcard.System import readers
from yubikit.core import TRANSPORT
from yubikit.core.smartcard import AID, ApduError, SmartCardConnection, SmartCardProtocol
from yubikit.core.smartcard.scp import KeyRef, Scp03KeyParams, ScpKid, StaticKeys
from yubikit.securitydomain import SecurityDomainSession


class Reader(SmartCardConnection):
    """A card in a reader that is not Yubico's own."""

    def __init__(self, name):
        reader = next(reader for reader in readers() if str(reader) == name)
        self._connection = reader.createConnection()
        self._connection.connect()

    @property
    def transport(self):
        return TRANSPORT.NFC

    @property
    def connection(self):
        return self._connection

    def close(self):
        self._connection.disconnect()

    def send_and_receive(self, apdu):
        data, sw1, sw2 = self._connection.transmit(list(apdu))
        return bytes(data), sw1 << 8 | sw2


def parameters(key_set):
    keys = StaticKeys(*(bytes.fromhex(key) for key in key_set["keys"]))
    return Scp03KeyParams(KeyRef(ScpKid.SCP03, key_set["version"]), keys)


def status(send):
    """The status word that a command ends with."""
    try:
        send()
    except ApduError as refusal:
        return f"{refusal.sw:04X}"
    return "9000"


def write_through_the_channel(piv, management_key):
    """External authentication with the management key, a write, and whether it reads back."""
    answer = piv.send_apdu(0x00, 0x87, 0x0C, 0x9B, bytes.fromhex("7C028100"))
    challenge = answer[4:]
    encryptor = Cipher(algorithms.AES(management_key), modes.ECB()).encryptor()
    proof = bytes([0x7C, 0x12, 0x82, 0x10]) + encryptor.update(challenge)
    piv.send_apdu(0x00, 0x87, 0x0C, 0x9B, proof)
    tag = bytes.fromhex("5C035FC105")
    value = bytes(range(200))
    piv.send_apdu(0x00, 0xDB, 0x3F, 0xFF, tag + bytes([0x53, 0x81, len(value)]) + value)
    return piv.send_apdu(0x00, 0xCB, 0x3F, 0xFF, tag)[3:] == value


def replace_a_blocked_unlock_code(connection, keys):
    """What the card says: to the command outside a channel, inside one, and to the new code afterwards."""
    passcode, code = b"918273" + bytes([0xFF] * 2), b"55667788"
    piv = SmartCardProtocol(connection)
    piv.select(AID.PIV)
    wrong = [status(lambda: piv.send_apdu(0x00, 0x2C, 0x00, 0x80, b"00000000" + passcode)) for _ in range(4)]
    outside = status(lambda: piv.send_apdu(0x00, 0x24, 0xFF, 0x81, code))
    piv.init_scp(keys)
    inside = status(lambda: piv.send_apdu(0x00, 0x24, 0xFF, 0x81, code))
    return [wrong[-1], outside, inside, status(lambda: piv.send_apdu(0x00, 0x2C, 0x00, 0x80, code + passcode))]


def main():
    wanted = json.load(sys.stdin)
    held, new = parameters(wanted["held"]), parameters(wanted["new"])
    connection = Reader(wanted["reader"])
    seen = {}

    domain = SecurityDomainSession(connection)
    wrong = StaticKeys(*(bytes(16) for _ in range(3)))
    try:
        domain.authenticate(Scp03KeyParams(held.ref, wrong))
        seen["wrong keys"] = "taken"
    except ValueError as fault:
        seen["wrong keys"] = str(fault)

    domain = SecurityDomainSession(connection)
    domain.authenticate(held)
    seen["keys before"] = domain.get_data(0xE0).hex()

    piv = SmartCardProtocol(connection)
    piv.select(AID.PIV)
    seen["write without a channel"] = status(
        lambda: piv.send_apdu(0x00, 0xDB, 0x3F, 0xFF, bytes.fromhex("5C035FC1055300"))
    )
    piv.init_scp(held)
    seen["tries"] = status(lambda: piv.send_apdu(0x00, 0x20, 0x00, 0x80))
    seen["written and read"] = write_through_the_channel(piv, bytes.fromhex(wanted["management-key"]))

    seen["blocked unlock code"] = replace_a_blocked_unlock_code(connection, held)

    domain = SecurityDomainSession(connection)
    domain.authenticate(held)
    domain.put_key(new.ref, new.keys, held.ref.kvn)
    domain = SecurityDomainSession(connection)
    domain.authenticate(new)
    seen["keys after"] = domain.get_data(0xE0).hex()
    domain = SecurityDomainSession(connection)
    try:
        domain.authenticate(held)
        seen["old keys"] = "taken"
    except ValueError as fault:
        seen["old keys"] = str(fault)
    connection.close()
    json.dump(seen, sys.stdout)


main()
