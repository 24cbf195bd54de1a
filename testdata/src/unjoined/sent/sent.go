package sent
