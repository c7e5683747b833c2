"""What people say: chats, callbacks, complaints, tips; and what many alerts say of one person."""
