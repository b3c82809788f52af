# What is refused before anything leaves the process.
use strict;
use warnings;
use Test::More;

plan skip_all => $@ unless eval { require Graph::Message };

my $client = Graph::Message->new(base_url => 'http://127.0.0.1:9');
for my $given ([id => 'x'], [token => 't'], [token => [], id => 'x'], [token => 't', id => "x\0"]) {
    ok !eval { $client->send(@$given); 1 }, 'refused';
    isa_ok $@, 'Graph::Message::Unsent';
    like $@, qr/\Anot sent: /, 'says that nothing was sent';
}
done_testing;
