//! How fast letters leave: over one connection to a relay on loopback, and into a folder.
//!
//! `cargo bench --bench send`; divan prints letters a second as items a second.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use tokio::runtime::{Builder, Runtime};
use vigie::outbox::{Courier, Letter, MailSpec, Tls, Transport};

/// Letters a round.
const LETTERS: usize = 200;

/// A usual alert: text and HTML part, bytes.
const LETTER_BYTES: usize = 20_000;

fn main() {
    divan::main();
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn letter() -> Letter {
    let head = "To: desk@example.org\r\nSubject: bench\r\n\r\n";
    let line = "A line of a usual alert, as long as quoted-printable makes them, seventy\r\n";
    let body = line.repeat((LETTER_BYTES - head.len()) / line.len());
    let bytes = format!("{head}{body}").into_bytes();
    Letter { message_id: "bench@example.org".to_owned(), recipient: "desk@example.org".to_owned(), bytes }
}

#[divan::bench]
fn over_smtp(bencher: Bencher<'_, '_>) {
    let (runtime, letter) = (runtime(), letter());
    let spec = MailSpec {
        transport: Transport::Smtp,
        from: "vigie@example.org".to_owned(),
        host: "127.0.0.1".to_owned(),
        port: sink(),
        tls: Tls::None,
        ..MailSpec::default()
    };
    let mut courier = Courier::new(&spec).expect("a courier");
    measure(bencher, &runtime, &mut courier, &letter);
}

/// Two fsyncs a letter: a few rounds say enough about a disk.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn into_a_folder(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a folder");
    measure(bencher, &runtime(), &mut Courier::folder(folder.path()), &letter());
}

fn measure(bencher: Bencher<'_, '_>, runtime: &Runtime, courier: &mut Courier, letter: &Letter) {
    let bencher = bencher.counter(ItemsCount::new(LETTERS)).counter(BytesCount::new(LETTERS * letter.bytes.len()));
    bencher.bench_local(|| {
        runtime.block_on(async {
            for _ in 0..LETTERS {
                courier.deliver(letter).await.expect("the sink takes everything");
            }
        });
    });
}

/// A relay that takes everything; its port.
fn sink() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // The courier hangs up when the round is over.
            let _ = take(connection);
        }
    });
    port
}

fn take(mut connection: TcpStream) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    connection.write_all(b"220 sink\r\n")?;
    let mut reader = BufReader::with_capacity(64 * 1024, connection.try_clone()?);
    let mut line = Vec::new();
    let mut is_letter = false;
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if is_letter && line != b".\r\n" {
            continue;
        }
        is_letter = line.starts_with(b"DATA");
        connection.write_all(if is_letter { b"354 go\r\n" } else { b"250 ok\r\n" })?;
    }
}
