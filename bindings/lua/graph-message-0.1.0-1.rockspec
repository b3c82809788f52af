rockspec_format = '3.0'
package = 'graph-message'
version = '0.1.0-1'
-- A rock is installed from its file, which pack builds: it has no address of its own.
source = { url = 'file://graph-message-0.1.0.tar.gz' }
description = {
  summary = 'Sends an existing draft through Microsoft Graph, and says what became of it',
  license = 'MIT OR Apache-2.0',
}
-- LuaJIT, for its ffi: to LuaRocks it is Lua 5.1.
dependencies = { 'lua == 5.1' }
build = {
  type = 'builtin',
  modules = { graph_message = 'graph_message.lua', graph_message_c = 'graph_message_c.lua' },
}
