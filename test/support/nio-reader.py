"""Reads a room with matrix-nio, and prints what arrives: a line of JSON for each event.

Usage: nio-reader.py HOMESERVER USER PASSWORD FOLDER ROOM
"""
import asyncio
import json
import sys

from nio import AsyncClient, AsyncClientConfig, LoginResponse, MegolmEvent, RoomMessageText


def show(**fields):
    print(json.dumps(fields), flush=True)


async def main(homeserver, user, password, folder, room):
    config = AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True)
    client = AsyncClient(homeserver, user, store_path=folder, config=config)
    answer = await client.login(password)
    if not isinstance(answer, LoginResponse):
        sys.exit(str(answer))
    await client.join(room)
    await client.sync(timeout=0, full_state=True)
    if client.should_upload_keys:
        await client.keys_upload()

    async def text(_, event):
        show(id=event.event_id, body=event.body, decrypted=event.decrypted)

    async def unreadable(_, event):
        show(id=event.event_id, body=None, decrypted=False)

    client.add_event_callback(text, RoomMessageText)
    client.add_event_callback(unreadable, MegolmEvent)
    show(ready=True)
    await client.sync_forever(timeout=30000)


asyncio.run(main(*sys.argv[1:]))
