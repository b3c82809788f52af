# frozen_string_literal: true

Gem::Specification.new do |gem|
  gem.name = 'graph_message'
  gem.version = '0.1.0'
  gem.summary = 'Sends an existing draft through Microsoft Graph, and says what became of it'
  gem.authors = ['The authors of graph-message']
  gem.licenses = %w[MIT Apache-2.0]
  gem.required_ruby_version = '>= 2.6'
  gem.files = Dir['lib/**/*.rb', 'example.rb', 'README.md', 'LICENSE-*']
  gem.add_dependency 'fiddle'
  gem.metadata['rubygems_mfa_required'] = 'true'
end
